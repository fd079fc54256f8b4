/** The numbers of the sidebar and of the tab's title. */
import { signal } from "@preact/signals";
import { get } from "../api/client";
import { epochOf, seqOf } from "../api/live";
import type { Counts, LogEvent } from "../api/types";

const PAUSE = 250;

export const counts = signal<Counts | null>(null);

let timer: ReturnType<typeof setTimeout> | undefined;
let asked = 0;
/** Whether the numbers are ours, reckoned from arrivals, and not yet confirmed by the server. */
export let estimated = false;

export async function loadCounts(): Promise<void> {
  const mine = ++asked;
  try {
    const answer = await get<Counts>("/v1/counts");
    if (mine !== asked) return;
    estimated = false;
    counts.value = answer;
  } catch {
    // The live state says that the server is away; the next event asks again.
  }
}

/** Arrivals count at once; everything else is asked for, once per burst. */
export function countEvents(events: readonly LogEvent[]): void {
  const now = counts.value;
  const floor = now ? seqOf(now.cursor) : Infinity;
  const fresh = events.filter((event) => event.seq > floor);
  if (now && fresh.length > 0) {
    const came = fresh.filter((event) => event.kind === "added" && event.summary && !event.summary.binned);
    const unread = came.filter((event) => !event.summary!.read).length;
    const cursor = `${epochOf(now.cursor)}.${fresh[fresh.length - 1]!.seq}`;
    estimated = true;
    counts.value = { ...now, total: now.total + came.length, unread: now.unread + unread, cursor };
  }
  if (events.every((event) => event.kind === "session" || event.kind === "path")) return;
  timer ??= setTimeout(() => ((timer = undefined), void loadCounts()), PAUSE);
}
