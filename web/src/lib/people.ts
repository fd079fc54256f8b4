import type { Address, Envelope, Summary } from "../api/types";

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

export interface Said { who: string; text: string }

/** What the sender asked of servers on the way: reports of RFC 3461, the sender's own first. */
export function asked(envelope: Pick<Envelope, "mail_params" | "rcpt_to">): Said[] {
  const rows = [{ who: "", params: envelope.mail_params }, ...envelope.rcpt_to.map((each) => ({ who: each.address, params: each.params }))];
  return rows.map(({ who, params }) => ({ who, text: NOTICES.filter((name) => name in params).map((name) => `${name}=${params[name]}`).join(" ") }))
    .filter(({ text }) => text !== "");
}

const NOTICES = ["RET", "ENVID", "NOTIFY", "ORCPT"];

/** Where each recipient's mail goes, those without a decision left out. */
export function routes(envelope: Pick<Envelope, "rcpt_to">): Said[] {
  return envelope.rcpt_to.flatMap(({ address, route, rule }) => route === null ? [] : [{ who: address, text: rule ? `${route}: ${rule}` : route }]);
}
