/** The URL carries all state. Paths lie under the webroot; `route` is what the present one means. */
import { computed, signal } from "@preact/signals";
import { type State, STATES } from "./api/relay";
import { webroot } from "./api/client";
import { forInbox, inboxOf } from "./lib/query";

export const TABS = ["html", "text", "html-source", "headers", "source", "path"] as const;
export type Tab = (typeof TABS)[number];

export type Route =
  | { screen: "list"; q: string }
  | { screen: "message"; q: string; id: string; tab: Tab | null }
  | { screen: "sessions"; id: string | null; refused: boolean }
  | { screen: "queue"; state: State | null }
  | { screen: "unknown"; path: string };

const here = (): string => location.pathname.slice(webroot.length) + location.search;

const current = signal(here());

export function parse(path: string): Route {
  const { pathname, searchParams } = new URL(path, "http://x");
  const [first = "", second = "", third = ""] = pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const q = searchParams.get("q") ?? "";
  if (first === "" || first === "search") return { screen: "list", q };
  if (first === "inbox" && second) return { screen: "list", q: forInbox(second) };
  if (first === "m" && second) return { screen: "message", q, id: second, tab: TABS.find((tab) => tab === third) ?? null };
  if (first === "sessions") return { screen: "sessions", id: second || null, refused: searchParams.get("refused") === "true" };
  if (first === "queue") return { screen: "queue", state: STATES.find((state) => state === searchParams.get("state")) ?? null };
  return { screen: "unknown", path: pathname };
}

export const route = computed(() => parse(current.value));

export function listPath(q: string): string {
  const inbox = inboxOf(q);
  if (inbox !== null) return `/inbox/${encodeURIComponent(inbox)}`;
  return q === "" ? "/" : `/search?q=${encodeURIComponent(q)}`;
}

export function messagePath(id: string, q: string, tab: Tab | null): string {
  const path = `/m/${encodeURIComponent(id)}${tab ? `/${tab}` : ""}`;
  return q === "" ? path : `${path}?q=${encodeURIComponent(q)}`;
}

export const sessionsPath = (id: string | null, refused = false): string =>
  `/sessions${id ? `/${encodeURIComponent(id)}` : ""}${refused ? "?refused=true" : ""}`;

export const queuePath = (state: State | null): string => (state === null ? "/queue" : `/queue?state=${state}`);

/** What we keep with an entry of the history: the path one came from, so that "back to the list" can go back. */
interface Entry { from: string }

/** Go to a path of ours; `replace` where going back should not lead here again. */
export function go(path: string, replace = false): void {
  const now = current.peek();
  if (path === now) return;
  const entry: Entry = replace ? (history.state as Entry) : { from: now };
  history[replace ? "replaceState" : "pushState"](entry, "", webroot + path);
  current.value = path;
}

/** Go back if one came from `path`, else go there. */
export function leave(path: string): void {
  if ((history.state as Entry | null)?.from === path) history.back();
  else go(path);
}

addEventListener("popstate", () => (current.value = here()));

/** Follow links inside the page without loading it anew; new tabs and foreign links stay the browser's. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  const path = link.pathname.slice(webroot.length) + link.search;
  if (link.dataset.inside === undefined) return;
  event.preventDefault();
  go(path);
}
