/** What became of the open message after it came: the mail clients that took it. */
import { effect, signal } from "@preact/signals";
import { get } from "../api/client";
import type { PathStep } from "../api/types";
import { walked } from "./mailbox";
import { message } from "./message";

export const steps = signal<readonly PathStep[]>([]);

let shown: string | null = null;

async function load(id: string): Promise<void> {
  try {
    const found = await get<{ steps: PathStep[] }>(`/v1/messages/${encodeURIComponent(id)}/path`);
    if (shown === id) steps.value = found.steps;
  } catch {
    // It is gone, or the server is away; both are said elsewhere.
  }
}

effect(() => {
  const id = message.value?.id ?? null;
  if (id === shown) return;
  shown = id;
  steps.value = [];
  if (id !== null) void load(id);
});

walked.subscribe((ids) => {
  if (shown !== null && ids.includes(shown)) void load(shown);
});
