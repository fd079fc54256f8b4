/** The mail that is being written. Its words outlive the page; its files live as long as the page does. */
import { computed, signal } from "@preact/signals";
import { post, Problem } from "../api/client";
import { bytes, plural } from "../lib/bytes";
import { bodyOf, type Draft, EMPTY, type Enclosure, faultIn, type Faults, faultsOf, type Field, mailboxes, onTheWire, untouched } from "../lib/draft";
import { composing } from "./dialogs";
import { info } from "./info";
import { live, reload } from "./mailbox";
import { remembered } from "./settings";
import { toast } from "./toasts";

/** Beyond this a page does not read files, whatever the server takes. */
const MOST_FILES = 100;

export const draft = remembered<Draft>("draft", EMPTY);
export const files = signal<readonly File[]>([]);
export const faults = signal<Faults>({});
/** What failed that belongs to no field. */
export const failure = signal<string | null>(null);
export const sending = signal(false);

export const blank = computed(() => untouched(draft.value) && files.value.length === 0);

export function write(field: keyof Draft, value: string): void {
  draft.value = { ...EMPTY, ...draft.value, [field]: value };
  if (faults.value[field] === undefined) return;
  const { [field]: _, ...rest } = faults.value;
  faults.value = rest;
}

/** Take files, those besides that do not fit; what is refused is said beside them. */
export function attach(chosen: readonly File[]): void {
  const now = [...files.value, ...chosen];
  const { attachments: _, ...rest } = faults.value;
  const limit = info.value?.limits?.max_message_size ?? Infinity;
  const size = onTheWire(now.map((each) => each.size));
  if (now.length > MOST_FILES) faults.value = { ...rest, attachments: `At most ${plural(MOST_FILES, "file")}.` };
  else if (size > limit) faults.value = { ...rest, attachments: `With ${chosen.map((each) => each.name).join(", ").slice(0, 120)} the mail would have about ${bytes(size)}; ${bytes(limit)} are taken (--max-message-size).` };
  else (files.value = now), (faults.value = rest);
}

export function detach(at: number): void {
  files.value = files.value.filter((_, index) => index !== at);
  const { attachments: _, ...rest } = faults.value;
  faults.value = rest;
}

/** Begin anew; what was written can be had back for a while. */
export function discard(): void {
  const [words, enclosed] = [draft.value, files.value];
  empty();
  composing.value = false;
  toast("Draft discarded", () => ((draft.value = words), (files.value = enclosed), (composing.value = true)));
}

function empty(): void {
  draft.value = { ...EMPTY, from: draft.value.from };
  files.value = [];
  faults.value = {};
  failure.value = null;
}

export function leave(): void {
  composing.value = false;
  if (!blank.value) toast("The draft is kept: write on with c");
}

/** Send; whether it went. What is wrong is then in `faults` and `failure`. */
export async function send(): Promise<boolean> {
  if (sending.value) return false;
  failure.value = null;
  faults.value = faultsOf(draft.value);
  if (Object.keys(faults.value).length > 0) return false;
  sending.value = true;
  try {
    await post("/v1/messages", bodyOf(draft.value, await Promise.all(files.value.map(enclose))));
    const to = [draft.value.to, draft.value.cc, draft.value.bcc].flatMap(mailboxes);
    empty();
    composing.value = false;
    toast(`Sent to ${to.length === 1 ? to[0]! : plural(to.length, "recipient")}`);
    if (!live.following) void reload();
    return true;
  } catch (error) {
    refuse(error);
    return false;
  } finally {
    sending.value = false;
  }
}

function refuse(error: unknown): void {
  const named = error instanceof Problem ? (error.kind === "too-large" ? (["attachments", error.message] as [Field, string]) : faultIn(error.message)) : null;
  if (named) faults.value = { [named[0]]: named[1] };
  else failure.value = error instanceof Error ? error.message : String(error);
}

/** A file that went or changed since it was chosen can no longer be read: that is said at the files. */
function enclose(file: File): Promise<Enclosure> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const url = reader.result as string;
      const type = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(file.type) ? file.type : "application/octet-stream";
      resolve({ filename: file.name, content_type: type, content: url.slice(url.indexOf(",") + 1) });
    };
    reader.onerror = () => reject(new Problem(422, { detail: `attachments: ${file.name} can no longer be read.` }));
    reader.readAsDataURL(file);
  });
}

addEventListener("beforeunload", (event) => {
  if (files.value.length > 0 || sending.value) event.preventDefault();
});
