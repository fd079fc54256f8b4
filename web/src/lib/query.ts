/** What the page itself must know of queries; reading them is the server's. */
import type { Summary } from "../api/types";

/** Quote a value for the query language. */
export const quote = (value: string): string => (/^[^\s"():\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`);

export const forRecipient = (address: string): string => `rcpt:${quote(address)}`;

export const forInbox = (name: string): string => `inbox:${quote(name)}`;

/** The inbox whose list a query is, and nothing more; null if it is another. */
export const inboxOf = (q: string): string | null => q.match(/^inbox:([a-z0-9][a-z0-9._-]{0,62})$/)?.[1] ?? null;

export const forId = (id: string): string => `id:${id}`;

/** Both must hold. */
export const both = (a: string, b: string): string => (a.trim() === "" ? b : `(${a}) ${b}`);

type Judge = (row: Summary) => boolean;

const JUDGES: readonly [RegExp, (match: RegExpMatchArray) => Judge][] = [
  [/^$/, () => (row) => !row.binned],
  [/^is:unread$/, () => (row) => !row.binned && !row.read],
  [/^is:pinned$/, () => (row) => !row.binned && row.pinned],
  [/^is:binned$/, () => (row) => row.binned],
  [/^inbox:([a-z0-9._-]+)$/, (match) => (row) => !row.binned && row.inboxes.includes(match[1]!)],
  [/^rcpt:([^\s"()*@,]+@[a-zA-Z0-9.-]+)$/, (match) => {
    const wanted = match[1]!.toLowerCase();
    return (row) => !row.binned && row.rcpt_to.some((each) => each.toLowerCase() === wanted);
  }],
];

/** How to tell without the server whether a message belongs to this list; null if only the server can. */
export function judge(q: string): Judge | null {
  const text = q.trim();
  for (const [pattern, make] of JUDGES) {
    const match = text.match(pattern);
    if (match) return make(match);
  }
  return null;
}

/** Whether rows that stop matching stay until the list is left, instead of vanishing under the reader's hand. */
export const keepsGhosts = (q: string): boolean => q === "is:unread" || q === "is:pinned";

/** The place of an error under its text: the caret never leaves the text it points into. */
export const caret = (q: string, position: number): number => Math.max(0, Math.min(position, q.length));
