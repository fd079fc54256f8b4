/** The list on screen: a query, its rows as far as they are known, and the log they follow. */
import { computed, signal } from "@preact/signals";
import { get, Problem } from "../api/client";
import { Live, seqOf } from "../api/live";
import type { Counts, LogEvent, Page, Summary } from "../api/types";
import { judge, keepsGhosts } from "../lib/query";
import { type Fetched, Sparse } from "../lib/sparse";
import { zone } from "../lib/time";
import { countEvents, counts, estimated, loadCounts } from "./counts";
import { sessionEvents } from "./sessions";

const PAGE = 100;
/** Rows kept around the visible ones. */
const KEPT = 1500;
/** How long a page from the future waits for the log before it takes over. */
const PATIENCE = 1500;
/** Events kept to bring a page up to date that was fetched while they came. */
const RECENT = 3000;

/** Messages whose way has a new step, as the log last said. */
export const walked = signal<readonly (string | null)[]>([]);

export type Loading = "first" | "ready" | "failed";

let list = new Sparse<Summary>();
let window_ = { first: 0, last: 40 };
let loadedFor: string | null = null;
let pending: { page: Fetched<Summary>; q: string }[] = [];
let recent: LogEvent[] = [];
const inFlight = new Map<string, AbortController>();

export const q = signal("");
export const version = signal(0);
export const loading = signal<Loading>("first");
export const problem = signal<Problem | Error | null>(null);
/** Rows that came in at the top, for the scroll position and the "3 new" pill. */
export const arrived = signal({ count: 0, total: 0 });
/** The newest arrival that this list shows, for "open newest automatically". */
export const newest = signal<string | null>(null);
/** Messages that changed or went while they are shown elsewhere on the page. */
export const touched = signal<{ id: string; summary: Summary | null } | null>(null);

const bump = (): void => void (version.value += 1);

export const total = computed(() => (version.value, list.total));
export const rowAt = (index: number): Summary | undefined => list.at(index);
export const rowOf = (id: string): Summary | undefined => list.byId(id);
export const indexOf = (id: string): number => list.indexOf(id);
export const rowsKnown = (): Summary[] => list.all();
export const seqNow = (): number => list.seq;

/** The cursor that bounds an action to what is on screen. */
let epoch = "";
export const cursorNow = (): string => `${epoch}.${list.seq}`;

export const live = new Live({ events: applyAll, restarted: () => ((recent = []), void reload()) });
let started = false;

/** Show another list. */
export function show(query: string): void {
  if (loadedFor === query) return;
  loadedFor = query;
  q.value = query;
  loading.value = "first";
  list = new Sparse();
  window_ = { first: 0, last: 40 };
  arrived.value = { count: 0, total: 0 };
  bump();
  void load();
}

/** Fetch everything anew: after `reset`, a gap, another database, or an error. */
export function reload(): Promise<void> {
  return load();
}

async function load(): Promise<void> {
  for (const each of inFlight.values()) each.abort();
  inFlight.clear();
  pending = [];
  const query = q.value;
  const offset = Math.max(0, Math.min(window_.first, Math.max(0, list.total - 1)));
  try {
    const page = await fetchPage(query, list.total === 0 ? 0 : offset);
    if (query !== q.value) return;
    list.rebase(page);
    problem.value = null;
    loading.value = "ready";
    catchUp();
    if (!started) started = true, live.start(cursorNow());
    else if (!live.following) live.restart(cursorNow());
    bump();
    want(window_.first, window_.last);
    void loadCounts();
  } catch (error) {
    if (query !== q.value || isAbort(error)) return;
    problem.value = error as Error;
    loading.value = "failed";
    bump();
    if (started && !live.following) live.again();
  }
}

const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";

async function fetchPage(query: string, offset: number, limit = PAGE, signal?: AbortSignal): Promise<Fetched<Summary>> {
  const params = { q: query, offset, limit, tz: query ? zone() : undefined };
  const page = await get<Page>("/v1/messages", params, signal);
  epoch = page.cursor.slice(0, page.cursor.lastIndexOf("."));
  return { offset, total: page.total, seq: seqOf(page.cursor), rows: page.messages };
}

/** The rows [first, last) are on screen: fetch those that are not known, and stop fetching those that left it. */
export function want(first: number, last: number): void {
  window_ = { first, last };
  if (loading.value !== "ready") return;
  const missing = gaps(first, Math.min(last, list.total));
  for (const [key, controller] of inFlight) {
    if (!missing.some((at) => key === String(block(at)))) controller.abort(), inFlight.delete(key);
  }
  for (const at of missing) {
    const from = block(at);
    if (!inFlight.has(String(from))) void fetchBlock(from);
  }
  if (list.known > 4 * KEPT) list.trim(Math.floor((first + last) / 2), KEPT);
}

const block = (index: number): number => Math.floor(index / (PAGE / 2)) * (PAGE / 2);

function gaps(first: number, last: number): number[] {
  const found: number[] = [];
  for (let at = first; at < last; at++) {
    if (list.at(at) || (found.length > 0 && block(found[found.length - 1]!) === block(at))) continue;
    found.push(at);
  }
  return found;
}

async function fetchBlock(from: number): Promise<void> {
  const controller = new AbortController();
  const key = String(from);
  const query = q.value;
  inFlight.set(key, controller);
  try {
    const page = await fetchPage(query, list.offsetOf(from), PAGE / 2, controller.signal);
    if (query === q.value) settle({ page, q: query });
  } catch (error) {
    if (!isAbort(error) && query === q.value) problem.value = error as Error, bump();
  } finally {
    if (inFlight.get(key) === controller) inFlight.delete(key);
  }
}

/** Put a page in its place; one from the future waits for the log to come there, but not for ever. */
function settle(fetched: { page: Fetched<Summary>; q: string }, patience = PATIENCE): void {
  if (fetched.q !== q.value) return;
  const placed = list.place(fetched.page);
  if (placed === "placed") problem.value = null;
  else if (placed === "stale") return void takeOver(fetched.page);
  else if (patience <= 0 || !live.following) return takeOver(fetched.page);
  else {
    pending.push(fetched);
    setTimeout(() => {
      if (!pending.includes(fetched)) return;
      pending = pending.filter((each) => each !== fetched);
      settle(fetched, 0);
    }, patience);
  }
  bump();
}

/** The page is the truth, and what was known before is not: what is on screen comes again. */
function takeOver(page: Fetched<Summary>): void {
  if (page.seq < list.seq) return void load();
  list.rebase(page);
  catchUp();
  want(window_.first, window_.last);
}

/** Take what the log says. */
function applyAll(events: LogEvent[]): void {
  recent = [...recent, ...events].slice(-RECENT);
  catchUp();
  countEvents(events);
  sessionEvents(events);
  const went = events.filter((event) => event.kind === "path").map((event) => event.id);
  if (went.length > 0) walked.value = went;
  for (const { page, q: query } of pending.splice(0)) settle({ page, q: query });
  want(window_.first, window_.last);
}

/** Apply the events that the list does not know yet: also those that came while its page was under way. */
function catchUp(): void {
  if (loading.value !== "ready") return;
  const before = list.total;
  let came = 0;
  let ask = false;
  let reset = false;
  for (const event of recent) {
    if (event.seq <= list.seq) continue;
    if (event.kind === "added") {
      const verdict = arrive(event);
      came += verdict === "shown" ? 1 : 0;
      ask ||= verdict === "ask";
    } else if (event.kind === "changed" || event.kind === "removed") alter(event);
    else if (event.kind === "reset") reset = true;
    list.advance(event.seq);
  }
  if (came > 0) arrived.value = { count: came, total: before };
  if (reset) void load();
  else if (ask) askAgain();
  bump();
}

type Verdict = "shown" | "other" | "ask";

function arrive(event: LogEvent): Verdict {
  const row = event.summary;
  if (!row) return "other";
  const belongs = judge(q.value);
  if (!belongs) return "ask";
  if (!belongs(row)) return "other";
  list.prepend(row, event.seq);
  newest.value = row.id;
  return "shown";
}

/**
 * A message changed or went. What happens to rows that are not known shows in the counts, which are asked for after
 * each burst: `checkAgainst` notices.
 */
function alter(event: LogEvent): void {
  const id = event.id ?? "";
  const row = event.kind === "changed" ? (event.summary ?? null) : null;
  touched.value = { id, summary: row };
  const belongs = judge(q.value);
  if (!row) list.drop(id, event.seq);
  else if (!belongs) list.patch(row);
  else if (belongs(row)) list.patch(row) && !list.isGhost(id) ? undefined : list.insert(row, event.seq);
  else if (keepsGhosts(q.value) && !row.binned) list.haunt(row, event.seq);
  else list.drop(id, event.seq);
}

/** The counts of the same moment must agree with the list; where they don't, rows changed that were not known. */
function checkAgainst(counts: Counts): void {
  const expected = expectedTotal(q.value, counts);
  if (loading.value !== "ready" || expected === null || expected === list.counted) return;
  // Once for each moment: should the two ever differ for good, this must not become a loop.
  const moment = `${q.value} ${counts.cursor}`;
  if (seqOf(counts.cursor) !== list.seq || moment === corrected) return;
  corrected = moment;
  void load();
}

let corrected = "";

function expectedTotal(query: string, counts: Counts): number | null {
  const known: Record<string, number> = {
    "": counts.total, "is:unread": counts.unread, "is:pinned": counts.pinned, "is:binned": counts.binned,
  };
  return known[query] ?? null;
}

counts.subscribe((value) => value && !estimated && checkAgainst(value));

let asking: ReturnType<typeof setTimeout> | undefined;

/** Only the server can tell whether what came matches this search: ask once for a burst. */
function askAgain(): void {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const query = q.value;
    try {
      const page = await fetchPage(query, 0);
      if (query !== q.value) return;
      const known = page.rows.findIndex((row) => list.byId(row.id));
      const fresh = known > 0 && page.total === list.total + known ? page.rows.slice(0, known).reverse() : null;
      if (fresh && page.seq >= list.seq) {
        const before = list.total;
        for (const row of fresh) list.prepend(row, page.seq);
        arrived.value = { count: fresh.length, total: before };
        newest.value = fresh[fresh.length - 1]!.id;
      } else if (known !== 0 || page.total !== list.total) takeOver(page);
      list.advance(page.seq);
      bump();
    } catch {
      // The live state says that the server is away; the next event asks again.
    }
  }, 120);
}

/** The index of a message that may lie anywhere in the list: by halving, since the list is in order of seq. */
export async function locate(row: Summary): Promise<number> {
  const known = list.indexOf(row.id);
  if (known >= 0) return known;
  let low = 0;
  let high = list.total;
  while (low < high) {
    const middle = (low + high) >> 1;
    const seq = (list.at(middle) ?? (await fetchPage(q.value, middle, 1)).rows[0])?.seq ?? -1;
    if (seq > row.seq) low = middle + 1;
    else high = middle;
  }
  return low < list.total ? low : -1;
}
