import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { IconButton } from "./Button";

interface Props { title: string; onClose: () => void; children: ComponentChildren; class?: string; quiet?: boolean; stays?: boolean }

/** The browser's own modal dialog: it keeps the focus, Esc closes it, and focus goes back where it was. One that `stays` is not closed by a click beside it. */
export function Dialog({ title, onClose, children, class: more, quiet, stays }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    if (!element.open) element.showModal();
    return () => element.close();
  }, []);
  const outside = (event: MouseEvent): void => void (!stays && event.target === dialog.current && onClose());
  return (
    <dialog ref={dialog} class={more} aria-label={title} onCancel={(event) => (event.preventDefault(), onClose())} onClick={outside}>
      <div class="dialog-body">
        {!quiet && (
          <div class="dialog-head">
            <h2>{title}</h2>
            <IconButton icon="close" label="Close" onClick={onClose} />
          </div>
        )}
        {children}
      </div>
    </dialog>
  );
}
