import { useEffect, useRef } from "preact/hooks";
import type { RelayStatus } from "../api/relay";
import { routeWords } from "../lib/relay";
import { go, messagePath, route } from "../router";
import { releasing } from "../state/dialogs";
import { info } from "../state/info";
import { q } from "../state/mailbox";
import { add, addresses, begin, busy, mail, type Preview, previews, refusal, release, to, write } from "../state/release";
import { status } from "../state/relay";
import { subject } from "../strings";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";

/** Lets a mail leave the machine, to those who are named here and nobody else. */
export function Release({ id }: { id: string }) {
  useEffect(() => void begin(id), [id]);
  const close = (): void => void (releasing.value = null);
  return (
    <Dialog title="Release this mail" class="compose" stays onClose={close}>
      {info.value?.relay?.enabled ? <Form id={id} /> : <Off close={close} />}
    </Dialog>
  );
}

/** What is missing, in every spelling that turns it on. */
const Off = ({ close }: { close: () => void }) => (
  <div class="compose-body">
    <p><strong>The relay is off: no mail leaves this machine, and no DNS is asked.</strong></p>
    <p>It needs both of these, at the start of mailcatch:</p>
    <ul class="settings">
      <li><code>--relay</code>, or <code>MAILCATCH_RELAY=on</code>, or <code>enabled = true</code> below <code>[relay]</code> in the file of <code>--config</code></li>
      <li><code>--relay-allow @example.com</code>: who may get mail; an address, a domain, or <code>*.domain</code>. Nobody else does.</li>
    </ul>
    <div class="compose-foot"><Button kind="main" onClick={close}>Close</Button></div>
  </div>
);

function Form({ id }: { id: string }) {
  const field = useRef<HTMLInputElement>(null);
  const open = mail.value;
  const left = open ? open.rcpt_to.filter((each) => !addresses().includes(each)) : [];
  const act = async (): Promise<void> => {
    if (!(await release(id))) return void field.current?.focus();
    if (route.value.screen === "message") go(messagePath(id, q.value, "path"), true);
  };
  const key = (event: KeyboardEvent): void => void (event.key === "Enter" && (event.preventDefault(), void act()));
  return (
    <div class="compose-body">
      <p class="notice warn"><Icon name="warn" /><span>This leaves your machine {status.value?.via === "smarthost" ? "through the smart host" : "for the servers of its recipients"}.{status.value?.paused && " The relay is paused: it waits until that ends."}</span></p>
      {status.value && <Limits status={status.value} />}
      {open && <p class="release-what"><strong>{subject(open.subject)}</strong> <span class="muted">from {open.mail_from || "<>"}</span></p>}
      <div class="compose-line">
        <label for="release-to">To</label>
        <input id="release-to" ref={field} type="text" autofocus value={to.value} placeholder="who is to get it" autocomplete="off" spellcheck={false} onKeyDown={key}
          aria-invalid={refusal.value ? "true" : undefined} aria-describedby={refusal.value ? "release-fault" : undefined} onInput={(event) => write(event.currentTarget.value)} />
        {refusal.value && <p class="fault" id="release-fault" role="alert">{refusal.value}</p>}
      </div>
      {left.length > 0 && (
        <div class="release-originals" role="group" aria-label="Original recipients">
          <span class="muted">Original recipients</span>
          {left.slice(0, 10).map((each) => <button key={each} type="button" class="chip" onClick={() => (add(each), field.current?.focus())}>+ {each}</button>)}
        </div>
      )}
      <ul class="routes" aria-label="Where it would go" aria-live="polite">{previews.value.map((each) => <Where key={each.address} preview={each} />)}</ul>
      {status.value?.notice && <p class="muted">{status.value.notice}</p>}
      <div class="compose-foot">
        <Button kind="main" onClick={() => void act()}>{busy.value ? "Releasing…" : "Release"}</Button>
      </div>
    </div>
  );
}

/** What stands in the way before anybody is asked: a list that allows nobody, a limit that is reached. */
function Limits({ status: now }: { status: RelayStatus }) {
  const { limits } = now;
  const left = Math.min(limits.left_hour, limits.left_day);
  if (now.allow.length === 0) return <p class="fault"><code>--relay-allow</code> is missing: nobody may get mail until it names an address or a domain.</p>;
  return (
    <p class="muted release-limits">
      Allowed: {now.allow.slice(0, 8).join(", ")}{now.allow.length > 8 ? ", …" : ""}{now.redirect_to !== null && <>; all goes to <strong>{now.redirect_to}</strong></>}. {left === 0 ? "The limit is reached: it will be held." : `${left} more ${limits.left_day < limits.left_hour ? "today" : "this hour"}, ${limits.rcpts} recipients each.`}
    </p>
  );
}

function Where({ preview }: { preview: Preview }) {
  if (preview.error !== null) return <li class="route bad"><Icon name="warn" /><strong>{preview.address}</strong><span class="route-head">{preview.error}</span></li>;
  if (preview.route === null) return <li class="route"><Icon name="sessions" /><strong>{preview.address}</strong><span class="route-head muted">asking…</span></li>;
  const { fine, head, hosts } = routeWords(preview.route);
  return (
    <li class={fine ? "route fine" : "route bad"}>
      <Icon name={fine ? "check" : "warn"} />
      <strong>{preview.address}</strong>
      <span class="route-head">{head}</span>
      {hosts.map((each) => <code key={each}>{each}</code>)}
    </li>
  );
}
