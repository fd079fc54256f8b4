/** Short messages at the bottom, the newest one possibly with a way back. */
import { signal } from "@preact/signals";

export interface Toast { id: number; text: string; kind: "done" | "error"; undo?: () => void }

export const UNDO_FOR = 10_000;
const SHOWN_FOR = 5000;

export const toasts = signal<Toast[]>([]);
/** Spoken politely by screen readers. */
export const announcement = signal("");

let last = 0;

export function announce(text: string): void {
  announcement.value = announcement.value === text ? `${text}\u00a0` : text;
}

export function toast(text: string, undo?: () => void, kind: Toast["kind"] = "done"): void {
  const id = ++last;
  toasts.value = [...toasts.value.filter((each) => !each.undo || !undo).slice(-2), undo ? { id, text, kind, undo } : { id, text, kind }];
  announce(undo ? `${text}. Press z to undo.` : text);
  setTimeout(() => dismiss(id), undo ? UNDO_FOR : SHOWN_FOR);
}

export const failed = (error: unknown): void =>
  toast(error instanceof Error ? error.message : String(error), undefined, "error");

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

/** Take back the last thing that can be; whether there was one. */
export function undo(): boolean {
  const found = toasts.value.findLast((each) => each.undo);
  if (!found) return false;
  dismiss(found.id);
  found.undo?.();
  return true;
}
