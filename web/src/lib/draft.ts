/** A mail that is being written: what is wrong with it, said at the field it is about, and what is sent of it. */

export interface Draft { from: string; to: string; cc: string; bcc: string; subject: string; text: string }

/** A file to go with it, in base64. */
export interface Enclosure { filename: string; content_type: string; content: string }

export type Field = keyof Draft | "attachments";
export type Faults = Partial<Record<Field, string>>;

export const EMPTY: Draft = { from: "You <you@example.com>", to: "", cc: "", bcc: "", subject: "", text: "" };

const ADDRESSES = ["from", "to", "cc", "bcc"] as const;

/** The mailboxes of a field, cut at commas and semicolons that stand neither in quotes nor in angle brackets. */
export function mailboxes(field: string): string[] {
  const found: string[] = [];
  let quoted = false;
  let angle = false;
  let now = "";
  for (let at = 0; at < field.length; at += 1) {
    const mark = field[at]!;
    if (mark === "\\" && quoted) now += field[at++]!;
    else if (mark === '"') quoted = !quoted;
    else if (!quoted && (mark === "<" || mark === ">")) angle = mark === "<";
    if (!quoted && !angle && (mark === "," || mark === ";" || mark === "\n")) found.push(now), (now = "");
    else now += field[at] ?? "";
  }
  return [...found, now].map((each) => each.trim()).filter((each) => each !== "");
}

/** The address of a mailbox: what stands in its angle brackets, else all of it; null if that is none. */
export function addressOf(mailbox: string): string | null {
  const angled = /^(?:[^<>]*)<([^<>]*)>$/.exec(mailbox);
  if (!angled && /[<>]/.test(mailbox)) return null;
  const address = (angled ? angled[1]! : mailbox).trim();
  return /^(?:"[^"]*"|[^\s@"(),:;<>[\]\\]+)@[^\s@"(),;<>\\]+$/.test(address) ? address : null;
}

/** What would have to be otherwise, by field; nothing where the mail can go. */
export function faultsOf(draft: Draft): Faults {
  const faults: Faults = {};
  for (const name of ADDRESSES) {
    const wrong = mailboxes(draft[name]).find((each) => addressOf(each) === null);
    if (wrong !== undefined) faults[name] = `“${wrong.slice(0, 80)}” is not an address.`;
  }
  if (faults.from === undefined && mailboxes(draft.from).length !== 1) faults.from = "One sender is needed.";
  if (faults.to === undefined && [draft.to, draft.cc, draft.bcc].every((each) => mailboxes(each).length === 0)) faults.to = "At least one recipient is needed, here, in Cc or in Bcc.";
  return faults;
}

/** What goes over the wire, about: base64 makes three bytes four, and its line ends are two more in each 76. */
export const onTheWire = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + Math.ceil(size / 3) * 4 * (78 / 76) + 300, 2000);

/** The body of `POST /v1/messages`. */
export function bodyOf(draft: Draft, attachments: readonly Enclosure[]): object {
  const { from, subject, text } = draft;
  return { from: from.trim(), to: mailboxes(draft.to), cc: mailboxes(draft.cc), bcc: mailboxes(draft.bcc), subject: subject.trim(), text, attachments };
}

/** The field that a refusal of the server begins with, and the sentence without it; null if it names none of ours. */
export function faultIn(detail: string): [Field, string] | null {
  const named = /^(from|to|cc|bcc|subject|text|attachments)\b[^:]{0,20}: (.+)$/s.exec(detail);
  return named ? [named[1] as Field, named[2]!] : null;
}

export const untouched = (draft: Draft): boolean => (["to", "cc", "bcc", "subject", "text"] as const).every((name) => draft[name].trim() === "");
