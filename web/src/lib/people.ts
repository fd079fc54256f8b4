import type { Address, Summary } from "../api/types";

/** A person as a row shows them: the name if there is one, else the address. */
export const brief = (person: Address): string => person.name || person.address;

/** Who a mail is from: its header, or the envelope where the header says nothing. */
export function sender(mail: Pick<Summary, "from" | "mail_from">): string {
  const first = mail.from[0];
  return first ? brief(first) : mail.mail_from || "<>";
}

export interface To { address: string; hidden: boolean }

/** The true recipients, each marked `hidden` if no header of the mail names it (Bcc, lists, mistakes). */
export function recipients(mail: Pick<Summary, "rcpt_to" | "to" | "cc">): To[] {
  const named = new Set([...mail.to, ...mail.cc].map((each) => each.address.toLowerCase()));
  return mail.rcpt_to.map((address) => ({ address, hidden: !named.has(address.toLowerCase()) }));
}

/** Those that the headers name but the envelope did not carry the mail to. */
export function unreached(mail: Pick<Summary, "rcpt_to" | "to" | "cc">): Address[] {
  const reached = new Set(mail.rcpt_to.map((each) => each.toLowerCase()));
  return [...mail.to, ...mail.cc].filter((each) => !reached.has(each.address.toLowerCase()));
}
