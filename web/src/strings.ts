/** What the page says, in one place. */
import type { State } from "./api/live";
import { inboxOf } from "./lib/query";
import { minute } from "./lib/time";

export const live = (state: State): string => {
  switch (state.kind) {
    case "connecting": return "Connecting…";
    case "live": return state.sse ? "Live (SSE)" : "Live";
    case "reconnecting": return "Reconnecting…";
    case "offline": return `Offline since ${minute(state.since)}`;
    case "restarted": return "Server restarted";
  }
};

export const viewName = (q: string): string => {
  const names: Record<string, string> = { "": "Inbox", "is:unread": "Unread", "is:pinned": "Pinned", "is:binned": "Bin" };
  return names[q] ?? inboxOf(q) ?? "Search";
};

export const subject = (text: string): string => text || "(no subject)";
