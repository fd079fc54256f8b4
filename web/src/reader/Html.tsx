import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Message } from "../api/types";
import { withParams } from "../api/client";
import { plural } from "../lib/bytes";
import { read, type FromFrame } from "../lib/frame";
import { block, blocked, remoteAllowed, silenced } from "../state/message";
import { mailWidth } from "../state/settings";
import { pressed } from "../state/keyboard";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";

const WIDTHS = [360, 414, 600, 768, null] as const;

export function nextWidth(): void {
  mailWidth.value = WIDTHS[(WIDTHS.indexOf(mailWidth.value as (typeof WIDTHS)[number]) + 1) % WIDTHS.length] ?? null;
}

/** The mail as HTML, in a frame that runs nothing of it and loads nothing from elsewhere until asked. */
export function Html({ mail }: { mail: Message }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const loaded = useSignal(false);
  const path = withParams(mail.frame ?? "", remoteAllowed.value ? { remote: "true" } : {});
  useEffect(() => {
    const hear = (event: MessageEvent): void => {
      if (event.source === null || event.source !== frame.current?.contentWindow) return;
      const said = read(event.data);
      if (said) act(said);
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, []);
  return (
    <div class="html">
      <div class="html-bar">
        <Blocked />
        <span class="spring" />
        <label class="muted html-width">Width{" "}
          <select aria-label="Width of the mail" value={String(mailWidth.value)} onChange={(event) => (mailWidth.value = event.currentTarget.value === "null" ? null : Number(event.currentTarget.value))}>
            {WIDTHS.map((width) => <option key={String(width)} value={String(width)}>{width ?? "fit"}</option>)}
          </select>
        </label>
        <a class="icon-button small" href={path} target="_blank" rel="noopener noreferrer" aria-label="Open alone in a new tab" title="Open alone in a new tab"><Icon name="open" /></a>
      </div>
      <div class="html-stage">
        {mail.frame && (
          <iframe key={path} ref={frame} class={loaded.value ? "html-frame loaded" : "html-frame"} title="The message as HTML" src={path} referrerpolicy="no-referrer"
            sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" onLoad={() => (loaded.value = true)}
            style={{ width: mailWidth.value === null ? "100%" : `${mailWidth.value}px` }} />
        )}
      </div>
    </div>
  );
}

/** What the frame says may have been made up by the mail: each word of it is judged. */
function act(said: FromFrame): void {
  if (said.kind === "refused") for (const each of said.refused) block(each);
  else if (said.kind === "key") pressed(said.press);
  else if (navigator.userActivation?.isActive !== false) window.open(said.href, "_blank", "noopener,noreferrer");
}

function Blocked() {
  const open = useSignal(false);
  const list = blocked.value;
  if (remoteAllowed.value) {
    return (
      <p class="blocked on"><Icon name="shield" />Remote content is loaded. <button type="button" class="as-link" onClick={() => ((blocked.value = []), (remoteAllowed.value = false))}>Block it again</button></p>
    );
  }
  if (list.length === 0 && silenced.value === 0) return <p class="blocked muted"><Icon name="shield" />Isolated: no scripts, nothing loaded from elsewhere</p>;
  return (
    <div class="blocked">
      <p>
        <Icon name="shield" />
        {list.length > 0 && <button type="button" class="as-link" aria-expanded={open.value} aria-controls="blocked-list" onClick={() => (open.value = !open.value)}>{plural(list.length, "remote address", "remote addresses")} blocked</button>}
        {list.length > 0 && silenced.value > 0 && <span class="muted">·</span>}
        {silenced.value > 0 && <span>{plural(silenced.value, "script")} not run</span>}
      </p>
      {list.length > 0 && <Button onClick={() => (remoteAllowed.value = true)} title="Load remote content (i)">Load</Button>}
      {open.value && list.length > 0 && <ul id="blocked-list" class="blocked-list" tabIndex={0} aria-label="Blocked addresses">{list.map((each) => <li key={each}><code>{each}</code></li>)}</ul>}
    </div>
  );
}
