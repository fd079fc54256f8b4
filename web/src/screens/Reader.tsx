import { useEffect, useRef } from "preact/hooks";
import type { Address, Message, PathStep } from "../api/types";
import { Problem, url } from "../api/client";
import { bytes, plural } from "../lib/bytes";
import { asked, recipients, routes, type Said, unreached } from "../lib/people";
import { mainLink, sureCodes } from "../lib/wanted";
import { stamp } from "../lib/time";
import { go, leave, listPath, messagePath, route, sessionsPath, type Tab, TABS } from "../router";
import { bin, restore, setRead, togglePin } from "../state/actions";
import { releasing } from "../state/dialogs";
import { q } from "../state/mailbox";
import { narrow } from "../state/media";
import { steps } from "../state/journey";
import { gone, message, openMessage, problem } from "../state/message";
import { lastTab } from "../state/settings";
import { copyLink } from "../state/links";
import { subject } from "../strings";
import { IconButton } from "../ui/Button";
import { Copy } from "../ui/Copy";
import { Failure } from "../ui/Failure";
import { Icon } from "../ui/Icon";
import { Later } from "../ui/Later";
import { lazy } from "../ui/lazy";
import { Html } from "../reader/Html";
import { Text } from "../reader/Text";
import { HtmlSource } from "../reader/HtmlSource";
import { Headers } from "../reader/Headers";
import { Source } from "../reader/Source";

const Path = lazy(async () => (await import("../reader/Path")).PathTab);

const NAMES: Record<Tab, string> = { "html": "HTML", "text": "Text", "html-source": "HTML source", "headers": "Headers", "source": "Source", "path": "Path" };

export function Reader({ id }: { id: string }) {
  const open = message.value;
  if (problem.value) return <section class="reader" aria-label="Message"><Missing id={id} error={problem.value} /></section>;
  if (open?.id === id) return <Opened key={open.id} mail={open} />;
  return <Coming key={id} before={open} />;
}

/** The message is under way: what was there stays for a moment, so that stepping through mail does not flicker. */
function Coming({ before }: { before: Message | null }) {
  const waiting = (
    <section class="reader" aria-label="Message" aria-busy="true">
      <div class="skeletons"><div class="skeleton" /><div class="skeleton" /></div>
    </section>
  );
  const meanwhile = before ? <Opened key={before.id} mail={before} /> : <section class="reader" aria-label="Message" aria-busy="true" />;
  return <Later meanwhile={meanwhile}>{waiting}</Later>;
}

function Missing({ id, error }: { id: string; error: Error }) {
  const missing = error instanceof Problem && error.status === 404;
  if (!missing) return <Failure what="The message could not be fetched." error={error} retry={() => void openMessage(id)} />;
  const Heading = narrow.value ? "h1" : "h2";
  return (
    <div class="empty">
      <Heading class="empty-title">This message is not here</Heading>
      <p>It was deleted, or this address belongs to another database.</p>
      <p><a href={url(listPath(q.value))} data-inside>Back to the list</a></p>
    </div>
  );
}

/** The tab that is shown: the one asked for, or the last one used, as far as this mail has it. */
export function shownTab(mail: Message): Tab {
  const now = route.value;
  const wanted = (now.screen === "message" ? now.tab : null) ?? lastTab.value;
  return mail.html === null && (wanted === "html" || wanted === "html-source") ? "text" : wanted;
}

export function openTab(tab: Tab): void {
  const now = route.value;
  if (now.screen !== "message") return;
  lastTab.value = tab;
  go(messagePath(now.id, now.q, tab), true);
}

function Opened({ mail }: { mail: Message }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (narrow.peek()) heading.current?.focus({ preventScroll: true });
  }, []);
  const Heading = narrow.value ? "h1" : "h2";
  return (
    <section class="reader" aria-label="Message">
      <Actions mail={mail} />
      {gone.value && <p class="notice warn" role="status"><Icon name="warn" />This message was deleted meanwhile; what you see is the last of it.</p>}
      {mail.binned && !gone.value && <p class="notice" role="status"><Icon name="bin" />In the Bin. <button type="button" class="as-link" onClick={() => void restore({ kind: "some", ids: new Set([mail.id]) })}>Take it out</button></p>}
      {mail.parse_error && <p class="notice warn" role="status"><Icon name="warn" />This mail is damaged: {mail.parse_error}</p>}
      <div class="mail-head">
        <Heading class="mail-subject" ref={heading} tabIndex={-1}>{subject(mail.subject)}</Heading>
        <Fields mail={mail} />
        <Attachments mail={mail} />
        <Wanted mail={mail} />
      </div>
      <Tabs mail={mail} />
    </section>
  );
}

/** What the mail is for: its one-time code, and the link that it wants followed. */
function Wanted({ mail }: { mail: Message }) {
  const codes = sureCodes(mail);
  const link = mainLink(mail);
  if (!codes.length && !link) return null;
  return (
    <div class="wanted" role="group" aria-label="What this mail is for">
      {codes.map((code) => <span class="wanted-code" key={code}><code>{code}</code><Copy text={code} label={`Copy the code ${code}`} /></span>)}
      {link && (
        <span class="wanted-link">
          <a href={link.url} target="_blank" rel="noopener noreferrer" title={link.url}>{link.text}</a>
          <Copy text={link.url} label="Copy the link of the mail" />
        </span>
      )}
    </div>
  );
}

function Actions({ mail }: { mail: Message }) {
  const only = { kind: "some" as const, ids: new Set([mail.id]) };
  return (
    <div class="toolbar" role="toolbar" aria-label="Message">
      <IconButton icon={narrow.value ? "back" : "close"} label="Back to the list" keys="u" onClick={() => leave(listPath(q.value))} />
      <span class="spring" />
      <IconButton icon="pin" label={mail.pinned ? "Unpin" : "Pin"} keys="s" pressed={mail.pinned} fill={mail.pinned} onClick={() => void togglePin(only)} />
      <IconButton icon={mail.read ? "mail" : "read"} label={mail.read ? "Mark unread" : "Mark read"} keys={mail.read ? "Shift u" : "Shift i"} onClick={() => void setRead(only, !mail.read)} />
      <IconButton icon="up" label="Release: send it on" keys="f" onClick={() => (releasing.value = mail.id)} />
      <IconButton icon="link" label="Copy the link" keys="y" onClick={() => void copyLink(mail.id)} />
      <a class="icon-button" href={url(`/v1/messages/${mail.id}/raw`)} download={`${mail.id}.eml`} aria-label="Download as .eml" title="Download as .eml (d)"><Icon name="download" /></a>
      <IconButton icon="bin" label={mail.binned ? "Delete for ever" : "Move to the Bin"} keys="#" onClick={() => void bin(only)} />
    </div>
  );
}

function Fields({ mail }: { mail: Message }) {
  const { envelope } = mail;
  const author = mail.from[0]?.address.toLowerCase();
  const different = envelope.mail_from.toLowerCase() !== author;
  const hidden = recipients(mail).filter((each) => each.hidden);
  const missed = unreached(mail);
  return (
    <dl class="fields">
      <Field name="From"><People people={mail.from} /></Field>
      {mail.sender.length > 0 && <Field name="Sender"><People people={mail.sender} /></Field>}
      {mail.reply_to.length > 0 && <Field name="Reply-To"><People people={mail.reply_to} /></Field>}
      <Field name="To"><People people={mail.to} /></Field>
      {mail.cc.length > 0 && <Field name="Cc"><People people={mail.cc} /></Field>}
      {mail.bcc.length > 0 && <Field name="Bcc header"><People people={mail.bcc} /></Field>}
      {hidden.length > 0 && <Field name="Bcc" kind="true-to"><span title="Named by the envelope, by no header">{hidden.map((each) => each.address).join(", ")}</span> <span class="muted">only in the envelope</span></Field>}
      {missed.length > 0 && <Field name="Not sent to"><span>{missed.map((each) => each.address).join(", ")}</span> <span class="muted">named in the header, not in the envelope</span></Field>}
      {different && <Field name="Return path"><code>{envelope.mail_from || "<>"}</code> <span class="muted">{envelope.mail_from ? "the envelope's sender" : "the null sender, as bounces have it"}</span></Field>}
      {asked(envelope).length > 0 && <Field name="Reports asked for"><Sayings all={asked(envelope)} /></Field>}
      {routes(envelope).length > 0 && <Field name="Route"><Sayings all={routes(envelope)} /></Field>}
      <Field name="Received"><Facts mail={mail} /></Field>
      <Taken />
    </dl>
  );
}

function Sayings({ all }: { all: Said[] }) {
  return (
    <>
      {all.slice(0, SHOWN).map(({ who, text }) => <div key={who}>{who && <span class="muted">{who} </span>}<code>{text}</code></div>)}
      {all.length > SHOWN && <div class="muted">and {all.length - SHOWN} more</div>}
    </>
  );
}

function Facts({ mail }: { mail: Message }) {
  const { envelope } = mail;
  const facts = [
    bytes(mail.size),
    envelope.helo && `HELO ${envelope.helo}`,
    envelope.peer && `from ${envelope.peer}`,
    envelope.auth_user !== null && `user ${envelope.auth_user}`,
    envelope.tls,
    envelope.protocol === "HTTP" && "by the HTTP API",
  ].filter(Boolean);
  return (
    <>
      <time dateTime={mail.received_at}>{stamp(mail.received_at)}</time>
      <span class="muted"> · {facts.join(" · ")}</span>
      {mail.session_id && <> · <a href={url(sessionsPath(mail.session_id))} data-inside>{envelope.protocol === "HTTP" ? "session" : "SMTP session"}</a></>}
    </>
  );
}

/** Who took it by POP3 or IMAP: the end of its way. */
function Taken() {
  const taken = steps.value.filter((each) => each.kind === "fetched" || each.kind === "removed");
  const last = taken[taken.length - 1];
  if (!last) return null;
  const who = new Map<string, PathStep>();
  for (const each of taken) who.set(`${each.kind} ${each.protocol} ${each.account} ${each.client}`, each);
  return (
    <Field name="Taken">
      {[...who.values()].slice(-SHOWN).map((each, at) => (
        <span key={at} title={each.act ?? undefined}>
          {at > 0 && ", "}
          {each.kind === "removed" ? "removed" : "fetched"} by {each.protocol} <span class="muted">as</span> {each.account}
          {each.client && <span class="muted"> ({each.client})</span>} <time class="muted" dateTime={each.at}>{stamp(each.at)}</time>
        </span>
      ))}
    </Field>
  );
}

function Field({ name, kind, children }: { name: string; kind?: string; children: preact.ComponentChildren }) {
  return <div class={kind ? `field ${kind}` : "field"}><dt>{name}</dt><dd>{children}</dd></div>;
}

const SHOWN = 20;

function People({ people }: { people: Address[] }) {
  if (people.length === 0) return <span class="muted">none</span>;
  return (
    <>
      {people.slice(0, SHOWN).map((each, at) => (
        <span key={at} class="person">
          {at > 0 && ", "}
          {each.name && <span class="person-name">{each.name} </span>}
          <span class={each.name ? "muted" : undefined}>{each.name ? `<${each.address}>` : each.address}</span>
        </span>
      ))}
      {people.length > SHOWN && <span class="muted"> and {plural(people.length - SHOWN, "other")}</span>}
    </>
  );
}

function Attachments({ mail }: { mail: Message }) {
  if (mail.attachments.length === 0) return null;
  return (
    <ul class="attachments" aria-label={plural(mail.attachments.length, "attachment")}>
      {mail.attachments.map((each) => (
        <li key={each.number}>
          <a class="attachment" href={url(`/v1/messages/${mail.id}/attachments/${each.number}`)} download={each.filename || `part-${each.number}`} title={`${each.filename || "no name"}, ${each.content_type}`}>
            <Icon name="clip" />
            <span class="attachment-name">{each.filename || `part ${each.number}`}</span>
            <span class="muted">{each.content_type.split("/").pop()} · {bytes(each.size)}{each.inline ? " · inline" : ""}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Tabs({ mail }: { mail: Message }) {
  const shown = shownTab(mail);
  useEffect(() => document.getElementById(`tab-${shown}`)?.scrollIntoView({ block: "nearest", inline: "nearest" }), [shown]);
  const has = (tab: Tab): boolean => mail.html !== null || (tab !== "html" && tab !== "html-source");
  const tabs = TABS.filter(has);
  const key = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(shown) + by + tabs.length) % tabs.length]!;
    openTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Views of the message" onKeyDown={key}>
        {tabs.map((tab) => (
          <button key={tab} id={`tab-${tab}`} type="button" role="tab" class="tab" aria-selected={tab === shown} aria-controls="tab-panel" tabIndex={tab === shown ? 0 : -1}
            title={`${NAMES[tab]} (${TABS.indexOf(tab) + 1})`} onClick={() => openTab(tab)}>{NAMES[tab]}</button>
        ))}
      </div>
      <div id="tab-panel" class={`panel ${shown}`} role="tabpanel" aria-labelledby={`tab-${shown}`}>
        <Panel mail={mail} tab={shown} />
      </div>
    </>
  );
}

function Panel({ mail, tab }: { mail: Message; tab: Tab }) {
  switch (tab) {
    case "html": return <Html mail={mail} />;
    case "text": return <Text text={mail.text} />;
    case "html-source": return <HtmlSource html={mail.html ?? ""} />;
    case "headers": return <Headers headers={mail.headers} />;
    case "source": return <Source id={mail.id} size={mail.size} />;
    case "path": return <Path id={mail.id} />;
  }
}
