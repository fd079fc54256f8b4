import { useSignal } from "@preact/signals";
import type { Header } from "../api/types";
import { Copy } from "../ui/Copy";

/** Fields that a mail has once at most (RFC 5322 §3.6): a second one is worth a look. */
const ONCE = new Set(["date", "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject", "mime-version", "content-type", "content-transfer-encoding"]);

/** The header fields in their order and spelling, decoded or as they were sent. */
export function Headers({ headers }: { headers: Header[] }) {
  const filter = useSignal("");
  const raw = useSignal(false);
  const wanted = filter.value.toLowerCase();
  const shown = headers.filter((each) => `${each.name}: ${each.value}`.toLowerCase().includes(wanted));
  const times = new Map<string, number>();
  for (const { name } of headers) times.set(name.toLowerCase(), (times.get(name.toLowerCase()) ?? 0) + 1);
  const doubled = (name: string): boolean => ONCE.has(name.toLowerCase()) && times.get(name.toLowerCase())! > 1;
  return (
    <div class="headers">
      <div class="code-find">
        <input type="search" placeholder={`Filter ${headers.length} fields`} aria-label="Filter the header fields" value={filter.value} onInput={(event) => (filter.value = event.currentTarget.value)} />
        <label class="switch"><input type="checkbox" checked={raw.value} onChange={() => (raw.value = !raw.value)} /> as sent</label>
        <span class="spring" />
        <Copy text={headers.map((each) => `${each.name}:${each.raw}`).join("\r\n")} label="Copy the header as sent">Copy</Copy>
      </div>
      <div class="headers-scroll" tabIndex={0} role="region" aria-label="Header fields">
        <dl class="headers-list">
          {shown.map((each, at) => (
            <div key={at} class="header-line">
              <dt>{each.name}{doubled(each.name) && <span class="flag" title="This field may appear only once">twice</span>}</dt>
              <dd>{raw.value ? each.raw : each.value}</dd>
            </div>
          ))}
        </dl>
        {shown.length === 0 && <p class="muted panel-note">No field matches.</p>}
      </div>
    </div>
  );
}
