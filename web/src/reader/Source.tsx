import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { getBytes, url } from "../api/client";
import { bytes } from "../lib/bytes";
import { asText } from "../lib/lines";
import { Button } from "../ui/Button";
import { CodeView } from "../ui/CodeView";
import { Failure } from "../ui/Failure";
import { Later } from "../ui/Later";

const AT_ONCE = 8_000_000;

/** The raw bytes, exactly as they came. */
export function Source({ id, size }: { id: string; size: number }) {
  const text = useSignal<string | null>(null);
  const failed = useSignal<Error | null>(null);
  const anyway = useSignal(size <= AT_ONCE);
  const load = (signal?: AbortSignal): void => {
    failed.value = null;
    getBytes(`/v1/messages/${id}/raw`, signal)
      .then((raw) => (text.value = asText(raw)))
      .catch((error: Error) => error.name !== "AbortError" && (failed.value = error));
  };
  useEffect(() => {
    if (!anyway.value) return;
    const controller = new AbortController();
    load(controller.signal);
    return () => controller.abort();
  }, [id, anyway.value]);
  if (!anyway.value) {
    return (
      <div class="empty">
        <p class="empty-title">This mail has {bytes(size)}</p>
        <p><a href={url(`/v1/messages/${id}/raw`)} download={`${id}.eml`}>Download it</a>, or show it here all the same.</p>
        <Button onClick={() => (anyway.value = true)}>Show {bytes(size)}</Button>
      </div>
    );
  }
  if (failed.value) return <Failure what="The source could not be fetched." error={failed.value} retry={() => load()} />;
  if (text.value === null) return <Later><p class="muted panel-note" role="status">Loading…</p></Later>;
  return <CodeView text={text.value} label="Source" />;
}
