/** How to read the caught mail with a mail program: settings to copy, with the live hosts and ports filled in. */
import type { Info, Listener } from "../api/types";
import { hostOf } from "./recipes";

export interface Doors { host: string; imap: number | null; pop3: number | null; smtp: number }

export interface Program { id: string; name: string; file: string; text: (at: Doors) => string }

/** The port of a door that speaks without encryption, at least at first. */
const plain = (listeners: readonly Listener[]): number | null => listeners.find((each) => each.tls !== "implicit")?.port ?? null;

/** Where a mail program reaches the doors; null for one that is shut. */
export function doors(info: Pick<Info, "smtp" | "imap" | "pop3">, pageHost: string): Doors {
  const first = info.imap[0] ?? info.pop3[0];
  return { host: first ? hostOf(first, pageHost) : "localhost", imap: plain(info.imap), pop3: plain(info.pop3), smtp: plain(info.smtp) ?? 1025 };
}

const USER = "all";

const server = (at: Doors): string => (at.imap !== null ? `IMAP    ${at.host}   port ${at.imap}` : `POP3    ${at.host}   port ${at.pop3}`);

const byHand = (where: string) => (at: Doors): string => `${where}
Incoming   ${server(at)}
           Connection security: none     Authentication: normal password
           User name: ${USER}            Password: anything
Outgoing   SMTP    ${at.host}   port ${at.smtp}
           Connection security: none     Authentication: none`;

export const PROGRAMS: readonly Program[] = [
  { id: "thunderbird", name: "Thunderbird", file: "Account setup › Configure manually", text: byHand("Address: you@example.com, then “Configure manually”") },
  { id: "outlook", name: "Outlook", file: "Account settings › IMAP", text: byHand("Add account › Advanced options › Let me set up my account manually") },
  { id: "apple-mail", name: "Apple Mail", file: "Add account › Other Mail Account", text: byHand("After “Unable to verify”, fill in; in the account's Server Settings switch off TLS/SSL and allow insecure authentication") },
  { id: "mutt", name: "mutt", file: "~/.muttrc", text: (at) => at.imap === null
    ? `set folder = "pop://${USER}:x@${at.host}:${at.pop3}"\nset ssl_starttls = no`
    : `set folder = "imap://${USER}@${at.host}:${at.imap}"
set spoolfile = "+INBOX"
set imap_pass = "x"
set ssl_starttls = no
set ssl_force_tls = no
set smtp_url = "smtp://${at.host}:${at.smtp}"` },
  { id: "curl", name: "curl", file: "shell", text: (at) => at.imap === null
    ? `curl --user ${USER}:x pop3://${at.host}:${at.pop3}/1`
    : `curl --user ${USER}:x "imap://${at.host}:${at.imap}/INBOX;MAILINDEX=1"` },
  { id: "python", name: "imaplib", file: "Python", text: (at) => at.imap === null
    ? `import poplib

box = poplib.POP3("${at.host}", ${at.pop3})
box.user("${USER}")
box.pass_("x")
print(box.stat())`
    : `import imaplib

with imaplib.IMAP4("${at.host}", ${at.imap}) as box:
    box.login("${USER}", "x")
    box.select("INBOX")
    print(box.fetch("1:*", "(FLAGS ENVELOPE)"))` },
];
