import { useSignal } from "@preact/signals";
import { copy } from "../lib/copy";
import { announce } from "../state/toasts";
import { Icon } from "./Icon";

/** Copies `text`, and says so. */
export function Copy({ text, label, children }: { text: string; label: string; children?: string }) {
  const done = useSignal(false);
  const act = async (): Promise<void> => {
    done.value = await copy(text);
    announce(done.value ? "Copied" : "Copying failed");
    setTimeout(() => (done.value = false), 1500);
  };
  return (
    <button type="button" class={children ? "button plain small" : "icon-button small"} aria-label={label} title={label} onClick={act}>
      <Icon name={done.value ? "check" : "copy"} />
      {children}
    </button>
  );
}
