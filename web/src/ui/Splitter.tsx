import type { Signal } from "@preact/signals";

const STEP = 24;

interface Props { value: Signal<number>; min: number; max: () => number; label: string }

/** A separator between two panes, moved with the mouse or the arrow keys. */
export function Splitter({ value, min, max, label }: Props) {
  const set = (next: number): void => void (value.value = Math.round(Math.max(min, Math.min(max(), next))));
  const drag = (down: PointerEvent): void => {
    const bar = down.currentTarget as HTMLElement;
    const start = value.value - down.clientX;
    bar.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent): void => set(start + event.clientX);
    const stop = (): void => (bar.removeEventListener("pointermove", move), document.body.classList.remove("dragging"));
    document.body.classList.add("dragging");
    bar.addEventListener("pointermove", move);
    bar.addEventListener("lostpointercapture", stop, { once: true });
  };
  const key = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -9999, End: 9999 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    set(value.value + by);
  };
  return (
    <div class="splitter" role="separator" tabIndex={0} aria-label={label} aria-orientation="vertical"
      aria-valuenow={value.value} aria-valuemin={min} aria-valuemax={max()} onPointerDown={drag} onKeyDown={key} />
  );
}
