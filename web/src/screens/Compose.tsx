import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { bytes } from "../lib/bytes";
import type { Draft } from "../lib/draft";
import { attach, blank, detach, discard, draft, failure, faults, files, leave, send, sending, write } from "../state/compose";
import { Button, IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";

/** A plain mail, written here; it takes the way of every other. */
export function Compose() {
  const body = useRef<HTMLDivElement>(null);
  const extra = useSignal(draft.value.cc !== "" || draft.value.bcc !== "");
  useEffect(() => focusOn(body.current, draft.peek().to === "" ? "to" : draft.peek().subject === "" ? "subject" : "text"), []);
  const go = async (): Promise<void> => {
    if (await send()) return;
    const first = Object.keys(faults.value)[0];
    if (first) focusOn(body.current, first);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void go();
  };
  return (
    <Dialog title="New mail" class="compose" stays onClose={leave}>
      <div class="compose-body" ref={body} onKeyDown={key}>
        <Line name="from" label="From" />
        <Line name="to" label="To" placeholder="bob@example.com, …">
          {!extra.value && <button type="button" class="as-link" onClick={() => ((extra.value = true), setTimeout(() => focusOn(body.current, "cc")))}>Cc, Bcc</button>}
        </Line>
        {extra.value && <Line name="cc" label="Cc" />}
        {extra.value && <Line name="bcc" label="Bcc" />}
        <Line name="subject" label="Subject" />
        <textarea id="compose-text" class="compose-text" aria-label="Text" rows={10} value={draft.value.text} onInput={(event) => write("text", event.currentTarget.value)} />
        {faults.value.text && <p class="fault" role="alert">{faults.value.text}</p>}
        <Files />
        {failure.value && <p class="notice warn" role="alert"><Icon name="warn" />It was not sent. {failure.value}</p>}
        <div class="compose-foot">
          <Button kind="main" title="Send (Ctrl Enter)" onClick={() => void go()}>{sending.value ? "Sending…" : "Send"}</Button>
          <span class="muted compose-hint">Caught here like any other mail.</span>
          <span class="spring" />
          {!blank.value && <Button onClick={discard}>Discard</Button>}
        </div>
      </div>
    </Dialog>
  );
}

const focusOn = (body: HTMLElement | null, field: string): void => body?.querySelector<HTMLElement>(`#compose-${field}`)?.focus();

function Line({ name, label, placeholder, children }: { name: keyof Draft; label: string; placeholder?: string; children?: preact.ComponentChildren }) {
  const fault = faults.value[name];
  const id = `compose-${name}`;
  return (
    <div class="compose-line">
      <label for={id}>{label}</label>
      <input id={id} type="text" value={draft.value[name]} placeholder={placeholder} autocomplete="off" spellcheck={name === "subject"}
        aria-invalid={fault ? "true" : undefined} aria-describedby={fault ? `${id}-fault` : undefined} onInput={(event) => write(name, event.currentTarget.value)} />
      {children}
      {fault && <p class="fault" id={`${id}-fault`} role="alert">{fault}</p>}
    </div>
  );
}

function Files() {
  const over = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // Files dropped beside the place for them would make the browser leave the page.
    const drag = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      over.value = event.type === "dragover";
      if (event.type === "drop") attach([...event.dataTransfer.files]);
    };
    const events = ["dragover", "dragleave", "drop"] as const;
    for (const name of events) document.addEventListener(name, drag);
    return () => events.forEach((name) => document.removeEventListener(name, drag));
  }, []);
  const fault = faults.value.attachments;
  return (
    <div class={over.value ? "compose-files over" : "compose-files"}>
      <ul class="attachments" aria-label="Attachments" hidden={files.value.length === 0}>
        {files.value.map((each, at) => (
          <li key={`${at} ${each.name}`} class="attachment">
            <Icon name="clip" />
            <span class="attachment-name">{each.name}</span>
            <span class="muted">{bytes(each.size)}</span>
            <IconButton icon="close" class="small" label={`Leave out ${each.name}`} onClick={() => detach(at)} />
          </li>
        ))}
      </ul>
      <input id="compose-attachments" ref={input} class="visually-hidden" type="file" multiple tabIndex={-1} aria-label="Files to attach"
        onChange={(event) => (attach([...(event.currentTarget.files ?? [])]), (event.currentTarget.value = ""))} />
      <p class="compose-drop">
        <button type="button" class="button plain small" onClick={() => input.current?.click()}><Icon name="clip" />Attach files…</button>
        <span class="muted">{over.value ? "Let go to attach" : "or drop them here"}</span>
      </p>
      {fault && <p class="fault" role="alert">{fault}</p>}
    </div>
  );
}
