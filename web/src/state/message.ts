/** The open message. */
import { signal } from "@preact/signals";
import { get } from "../api/client";
import type { Message } from "../api/types";
import { isRemote, type Refused } from "../lib/frame";
import { touched } from "./mailbox";

export const message = signal<Message | null>(null);
export const problem = signal<Error | null>(null);
/** Addresses whose loading the mail's frame was refused, as the browser reported them. */
export const blocked = signal<readonly string[]>([]);
export const remoteAllowed = signal(false);
/** It was deleted for ever while it was open. */
export const gone = signal(false);

let wanted: string | null = null;
let controller: AbortController | null = null;

export async function openMessage(id: string | null): Promise<void> {
  if (wanted === id && problem.value === null) return;
  wanted = id;
  controller?.abort();
  problem.value = null;
  gone.value = false;
  if (id === null) {
    message.value = null;
    return;
  }
  controller = new AbortController();
  try {
    const found = await get<Message>(`/v1/messages/${encodeURIComponent(id)}`, {}, controller.signal);
    if (wanted !== id) return;
    blocked.value = [];
    silenced.value = 0;
    remoteAllowed.value = false;
    message.value = found;
  } catch (error) {
    if (wanted !== id || (error instanceof DOMException && error.name === "AbortError")) return;
    message.value = null;
    problem.value = error as Error;
  }
}

touched.subscribe((change) => {
  const open = message.peek();
  if (!change || !open || change.id !== open.id) return;
  if (change.summary) message.value = { ...open, ...change.summary };
  else gone.value = true;
});

/** How many scripts (and other things without an address) of the mail did not run. */
export const silenced = signal(0);

export function block(refused: Refused): void {
  if (!isRemote(refused)) silenced.value += refused.what.startsWith("script") ? 1 : 0;
  else if (!blocked.value.includes(refused.url)) blocked.value = [...blocked.value, refused.url];
}
