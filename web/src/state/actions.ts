/** What the user can do to mail. Each acts on the server and lets the log change the page. */
import { get, patch, post, remove } from "../api/client";
import type { Page, Summary } from "../api/types";
import { plural } from "../lib/bytes";
import { zone } from "../lib/time";
import { listPath, messagePath, go, route } from "../router";
import { ask } from "./dialogs";
import { indexOf, live, q, reload, rowAt, rowOf, total } from "./mailbox";
import { message } from "./message";
import { active, clear, selection, type Selection } from "./selection";
import { narrow } from "./media";
import { failed, toast } from "./toasts";

/** More than these are not collected one by one; the action then works by query and has no undo. */
const COLLECTED = 5000;
const AT_ONCE = 1000;
const IN_A_URL = 100;

export interface Change { read?: boolean; pinned?: boolean; bin?: boolean }

interface Outcome { changed: number; cursor: string }

const some = (ids: Iterable<string>): Selection => ({ kind: "some", ids: new Set(ids) });

/** What an action is about: the selection, else the open message, else the active row. */
export function target(): Selection | null {
  if (selection.value.kind === "all" || selection.value.ids.size > 0) return selection.value;
  const now = route.value;
  if (now.screen === "message") return some([now.id]);
  return active.value !== null && rowOf(active.value) ? some([active.value]) : null;
}

const sizeOf = (what: Selection): number => (what.kind === "all" ? what.count : what.ids.size);

/** "Everything" must be said in words: an empty query selects nothing. The days a query names are those of the list. */
const selector = (name: "q" | "query", { q: text, until }: Extract<Selection, { kind: "all" }>): Record<string, string | true> =>
  text.trim() === "" ? { all: true, until } : { [name]: text, until, tz: zone() };

async function change(what: Selection, to: Change): Promise<number> {
  let changed = 0;
  if (what.kind === "all") {
    changed = (await patch<Outcome>("/v1/messages", { ...selector("query", what), ...to })).changed;
  } else {
    const ids = [...what.ids];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      changed += (await patch<Outcome>("/v1/messages", { ids: ids.slice(at, at + AT_ONCE), ...to })).changed;
    }
  }
  if (!live.following) void reload();
  return changed;
}

/** Make "all that match" a list of ids, where that is reasonable: then the way back is exact. */
async function collected(what: Selection): Promise<Selection> {
  if (what.kind === "some" || what.count > COLLECTED) return what;
  const ids: string[] = [];
  for (let offset = 0; offset < what.count; offset += AT_ONCE) {
    const page = await get<Page>("/v1/messages", { q: what.q, offset, limit: AT_ONCE, tz: zone() });
    ids.push(...page.messages.map((row) => row.id));
  }
  return some(ids);
}

async function attempt(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    failed(error);
  }
}

export const setRead = (what: Selection | null, read: boolean): Promise<void> =>
  attempt(async () => {
    if (!what) return;
    await change(what, { read });
    if (sizeOf(what) > 1) toast(`${plural(sizeOf(what), "message")} marked ${read ? "read" : "unread"}`);
  });

/** Opening a message reads it, as soon as somebody can see it; nobody needs to be told. */
export async function readOnOpen(row: Pick<Summary, "id" | "read">): Promise<void> {
  if (row.read) return;
  if (document.visibilityState === "visible") await change(some([row.id]), { read: true }).catch(failed);
  else document.addEventListener("visibilitychange", () => message.value?.id === row.id && void readOnOpen(message.value), { once: true });
}

export const togglePin = (what: Selection | null): Promise<void> =>
  attempt(async () => {
    if (!what) return;
    const pinned = what.kind === "all" || [...what.ids].some((id) => !(rowOf(id) ?? message.value)?.pinned);
    await change(what, { pinned });
    toast(`${plural(sizeOf(what), "message")} ${pinned ? "pinned" : "unpinned"}`, () => void attempt(async () => void (await change(what, { pinned: !pinned }))));
  });

export const markAllRead = (): Promise<void> =>
  attempt(async () => {
    const query = q.value === "" ? "is:unread" : `(${q.value}) is:unread`;
    const unread = await get<Page>("/v1/messages", { q: query, limit: 1, tz: zone() });
    if (unread.total === 0) return toast("Nothing is unread here");
    const what = await collected({ kind: "all", q: query, until: unread.cursor, count: unread.total });
    const changed = await change(what, { read: true });
    const back = what.kind === "some" ? () => void attempt(async () => void (await change(what, { read: false }))) : undefined;
    toast(`${plural(changed, "message")} marked read`, back);
  });

/** Move to the Bin, or out of the Bin for ever. */
export async function bin(what: Selection | null): Promise<void> {
  if (!what) return;
  if (q.value === "is:binned" || (what.kind === "some" && [...what.ids].every((id) => (rowOf(id) ?? message.value)?.binned))) return deleteForEver(what);
  const follow = next(what);
  await attempt(async () => {
    const exact = await collected(what);
    if (exact.kind === "all" && !(await ask(`Move ${plural(exact.count, "message")} to the Bin?`, "Move to the Bin"))) return;
    const changed = await change(exact, { bin: true });
    follow();
    clear();
    const back = exact.kind === "some" ? () => void attempt(async () => void (await change(exact, { bin: false }))) : undefined;
    toast(`${plural(changed, "message")} moved to the Bin`, back);
  });
}

export const restore = (what: Selection | null): Promise<void> =>
  attempt(async () => {
    if (!what) return;
    const follow = next(what);
    const changed = await change(what, { bin: false });
    follow();
    clear();
    toast(`${plural(changed, "message")} taken out of the Bin`);
  });

async function deleteForEver(what: Selection): Promise<void> {
  if (!(await ask(`Delete ${plural(sizeOf(what), "message")} for ever?`, "Delete for ever", true))) return;
  const follow = next(what);
  await attempt(async () => {
    const deleted = await destroy(what);
    follow();
    clear();
    if (!live.following) void reload();
    toast(`${plural(deleted, "message")} deleted for ever`);
  });
}

async function destroy(what: Selection): Promise<number> {
  interface Deleted { deleted: number }
  if (what.kind === "all") return (await remove<Deleted>("/v1/messages", selector("q", what))).deleted;
  const ids = [...what.ids];
  let deleted = 0;
  for (let at = 0; at < ids.length; at += IN_A_URL) {
    deleted += (await remove<Deleted>("/v1/messages", { id: ids.slice(at, at + IN_A_URL) })).deleted;
  }
  return deleted;
}

export async function emptyBin(): Promise<void> {
  await attempt(async () => {
    const binned = await get<Page>("/v1/messages", { q: "is:binned", limit: 1 });
    if (binned.total === 0) return toast("The Bin is empty");
    await deleteForEver({ kind: "all", q: "is:binned", until: binned.cursor, count: binned.total });
  });
}

export const sendSample = (): Promise<void> =>
  attempt(async () => {
    const { sample } = await import("../lib/sample");
    await post("/v1/messages", sample());
  });

/** What to look at after these are gone: decided before, done after. */
function next(what: Selection): () => void {
  if (what.kind === "all") return () => void (route.value.screen === "message" && go(listPath(q.value), true));
  const opened = route.value.screen === "message" ? route.value.id : null;
  const current = opened ?? active.value;
  if (current === null || !what.ids.has(current)) return () => undefined;
  const at = indexOf(current);
  const candidate = at < 0 ? undefined : (neighbour(at, 1, what.ids) ?? neighbour(at, -1, what.ids));
  return () => {
    active.value = candidate?.id ?? null;
    if (opened === null || route.value.screen !== "message" || route.value.id !== opened) return;
    if (candidate && !narrow.value) go(messagePath(candidate.id, q.value, route.value.tab), true);
    else go(listPath(q.value), true);
  };
}

function neighbour(from: number, step: 1 | -1, without: ReadonlySet<string>): Summary | undefined {
  for (let at = from + step; at >= 0 && at < total.value; at += step) {
    const row = rowAt(at);
    if (!row) return undefined;
    if (!without.has(row.id)) return row;
  }
  return undefined;
}
