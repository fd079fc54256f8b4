import { announcement, dismiss, toasts } from "../state/toasts";
import { IconButton } from "./Button";

export function Toasts() {
  return (
    <>
      <section class="toasts" aria-label="Notices">
        {toasts.value.map((toast) => (
          <div key={toast.id} class={`toast ${toast.kind}`} role={toast.kind === "error" ? "alert" : undefined}>
            <span>{toast.text}</span>
            {toast.undo && (
              <button type="button" class="toast-undo" onClick={() => (dismiss(toast.id), toast.undo?.())}>
                Undo <kbd>z</kbd>
              </button>
            )}
            <IconButton icon="close" label="Dismiss" class="small" onClick={() => dismiss(toast.id)} />
          </div>
        ))}
      </section>
      <div class="visually-hidden" role="status" aria-live="polite">{announcement.value}</div>
    </>
  );
}
