import { useSignal } from "@preact/signals";
import type { Counts } from "../api/types";
import { count } from "../lib/bytes";
import { found, SHOWN } from "../lib/inboxes";
import { forInbox, forRecipient, inboxOf } from "../lib/query";
import { listPath, queuePath, route, sessionsPath } from "../router";
import { url } from "../api/client";
import { counts } from "../state/counts";
import { info } from "../state/info";
import { q } from "../state/mailbox";
import { status } from "../state/relay";
import { waiting } from "../lib/relay";
import { Copy } from "../ui/Copy";
import { Icon, type IconName } from "../ui/Icon";
import { doors } from "../lib/programs";
import { address } from "../lib/recipes";

const RECIPIENTS = 12;

export function Sidebar() {
  const now = counts.value;
  return (
    <nav class="side" aria-label="Mailboxes">
      <ul>
        <Box icon="inbox" name="Inbox" q="" number={now?.unread} strong title={now ? `${count(now.total)} messages, ${count(now.unread)} unread` : undefined} />
        <Box icon="unread" name="Unread" q="is:unread" number={now?.unread} />
        <Box icon="pin" name="Pinned" q="is:pinned" number={now?.pinned} />
        <Box icon="bin" name="Bin" q="is:binned" number={now?.binned} />
        <li>
          <a class="side-link" href={url(sessionsPath(null))} data-inside aria-current={route.value.screen === "sessions" ? "page" : undefined}>
            <Icon name="sessions" /><span class="side-name">Sessions</span>
          </a>
        </li>
        <Queue />
      </ul>
      {now && now.inboxes.length > 1 && <Inboxes all={now.inboxes} />}
      {now && now.recipients.some((each) => each.total > 0) && (
        <section aria-label="Recipients">
          <p class="side-title">Recipients</p>
          <ul>
            {now.recipients.filter((each) => each.total > 0).slice(0, RECIPIENTS).map((each) => (
              <Box key={each.address} icon="user" name={each.address} q={forRecipient(each.address)} number={each.total} title={each.address} />
            ))}
          </ul>
        </section>
      )}
      <Ports />
    </nav>
  );
}

/** One inbox's mail alone. Many tests on one server have many, so beyond a dozen they are found by name. */
function Inboxes({ all }: { all: Counts["inboxes"] }) {
  const text = useSignal("");
  const { shown, more } = found(all, all.length > SHOWN ? text.value : "", inboxOf(q.value));
  return (
    <section aria-label="Inboxes">
      <p class="side-title">Inboxes</p>
      {all.length > SHOWN && (
        <input class="side-find" type="search" aria-label="Find an inbox" placeholder={`Find one of ${count(all.length)}`} autocomplete="off" spellcheck={false}
          value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      )}
      <ul>
        {shown.map((each) => (
          <Box key={each.name} icon="inbox" name={each.name} q={forInbox(each.name)} number={each.total} title={`${each.name}: ${count(each.total)} messages, ${count(each.unread)} unread`} />
        ))}
      </ul>
      {more > 0 ? <p class="side-more">and {count(more)} more</p> : shown.length === 0 && <p class="side-more">No inbox has that name</p>}
    </section>
  );
}

/** Mail on its way out; only where some may leave. */
function Queue() {
  if (!info.value?.relay?.enabled) return null;
  const number = waiting(status.value?.counts ?? {});
  return (
    <li>
      <a class="side-link" href={url(queuePath(null))} data-inside aria-current={route.value.screen === "queue" ? "page" : undefined} title={`${count(number)} still to go`}>
        <Icon name="up" /><span class="side-name">Queue</span>{number > 0 && <span class="side-count">{count(number)}</span>}
      </a>
    </li>
  );
}

interface BoxProps { icon: IconName; name: string; q: string; number?: number | undefined; strong?: boolean; title?: string | undefined }

function Box({ icon, name, q: query, number, strong, title }: BoxProps) {
  const screen = route.value.screen;
  const here = (screen === "list" || screen === "message") && q.value === query;
  return (
    <li>
      <a class="side-link" href={url(listPath(query))} data-inside aria-current={here ? "page" : undefined} title={title}>
        <Icon name={icon} />
        <span class="side-name">{name}</span>
        {number ? <span class={strong ? "side-count strong" : "side-count"}>{count(number)}</span> : null}
      </a>
    </li>
  );
}

/** Where mail is caught, always in view: the one thing everybody must type somewhere. */
function Ports() {
  const now = info.value;
  if (!now) return null;
  const smtp = address(now, location.hostname);
  const at = doors(now, location.hostname);
  return (
    <div class="side-foot">
      <Door name="SMTP" address={`${smtp.host}:${smtp.port}`} />
      {at.imap !== null && <Door name="IMAP" address={`${at.host}:${at.imap}`} />}
      {at.pop3 !== null && <Door name="POP3" address={`${at.host}:${at.pop3}`} />}
      <div class="muted">mailcatch {now.version}</div>
    </div>
  );
}

const Door = ({ name, address: at }: { name: string; address: string }) => (
  <div class="side-port">
    <span class="muted">{name}</span> <code>{at}</code>
    <Copy text={at} label={`Copy the ${name} address`} />
  </div>
);
