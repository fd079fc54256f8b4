/** Which inboxes the sidebar shows: on a server of many tests there may be thousands. */
import type { Counts } from "../api/types";

type Inbox = Counts["inboxes"][number];

/** How many stand there at once. */
export const SHOWN = 12;

export interface Found { shown: readonly Inbox[]; more: number }

/** Find the inboxes with a text in their name: `default`, then the newest first. The one that is open is among them. */
export function found(all: readonly Inbox[], text: string, open: string | null): Found {
  const wanted = text.trim().toLowerCase();
  const fit = all.filter((each) => each.name.includes(wanted)).reverse();
  const inOrder = [...fit.filter(isDefault), ...fit.filter((each) => !isDefault(each))];
  const shown = inOrder.slice(0, SHOWN);
  const opened = inOrder.slice(SHOWN).find((each) => each.name === open);
  if (opened) shown[SHOWN - 1] = opened;
  return { shown, more: fit.length - shown.length };
}

const isDefault = (inbox: Inbox): boolean => inbox.name === "default";
