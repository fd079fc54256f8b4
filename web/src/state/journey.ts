/** What became of the open message: its recipients, and each step of its way. */
import { computed, effect, signal } from "@preact/signals";
import { get, getText } from "../api/client";
import type { Path, PathStep } from "../api/types";
import { walked } from "./mailbox";
import { message } from "./message";

export const path = signal<Path | null>(null);
export const problem = signal<Error | null>(null);
export const steps = computed<readonly PathStep[]>(() => path.value?.steps ?? []);

const address = (id: string): string => `/v1/messages/${encodeURIComponent(id)}/path`;

let shown: string | null = null;
let loading = false;
let stale = false;

/** Fetch the way; news that come meanwhile lead to one more fetch, however many they are. */
export async function load(id: string): Promise<void> {
  if (loading) return void (stale = true);
  loading = true;
  try {
    const found = await get<Path>(address(id));
    if (shown === id) (path.value = found), (problem.value = null);
  } catch (error) {
    if (shown === id) problem.value = error as Error;
  }
  loading = false;
  if (!stale) return;
  stale = false;
  if (shown !== null) void load(shown);
}

/** The whole way as text, to paste into a ticket. */
export const pathText = (id: string): Promise<string> => getText(address(id));

effect(() => {
  const id = message.value?.id ?? null;
  if (id === shown) return;
  shown = id;
  path.value = null;
  problem.value = null;
  if (id !== null) void load(id);
});

walked.subscribe((ids) => {
  if (shown !== null && ids.includes(shown)) void load(shown);
});
