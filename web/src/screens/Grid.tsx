import { untracked, useSignal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { count, plural } from "../lib/bytes";
import { reveal, visible } from "../lib/virtual";
import { route } from "../router";
import { arrived, indexOf, q, rowAt, total, version, want } from "../state/mailbox";
import { small } from "../state/media";
import { active } from "../state/selection";
import { announce } from "../state/toasts";
import { viewName } from "../strings";
import { Icon } from "../ui/Icon";
import { Row } from "./Row";

const ROW = 30;
const ROW_SMALL = 56;

/** Lent to keys and deep links: bring a row into view; the one of a message (with the focus), or one by its index. */
export const reveals = {
  message: (_id: string, _focus: boolean): void => undefined,
  index: (_index: number): void => undefined,
};

/** The list itself: only the rows in view are in the DOM, any of a hundred thousand is a jump away. */
export function Grid() {
  const scroller = useRef<HTMLDivElement>(null);
  const view = useSignal({ top: 0, height: 700 });
  const unseen = useSignal(0);
  const focused = useRef(false);
  const rowHeight = small.value ? ROW_SMALL : ROW;
  const rows = total.value;
  const anchor = useAnchor(scroller, rowHeight);
  const measure = (): void => {
    const box = scroller.current;
    if (!box) return;
    if (box.scrollTop === 0) unseen.value = 0;
    anchor.capture();
    if (box.scrollTop !== view.value.top || box.clientHeight !== view.value.height) view.value = { top: box.scrollTop, height: box.clientHeight };
  };
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(scroller.current!);
    return () => observer.disconnect();
  }, []);
  const leave = (event: FocusEvent): void => {
    const target = event.target as Element;
    queueMicrotask(() => (focused.current = !target.isConnected || scroller.current?.contains(document.activeElement) === true));
  };
  const shown = visible(view.value.top, view.value.height, rowHeight, rows);
  useLayoutEffect(() => want(shown.first, shown.last), [shown.first, shown.last, q.value]);
  const makeRoom = (came: number): void => {
    announceArrivals(came);
    const box = scroller.current;
    if (box && box.scrollTop > 0) unseen.value += came;
  };
  useSignalEffect(() => {
    const { count: came } = arrived.value;
    untracked(() => came > 0 && makeRoom(came));
  });
  useLayoutEffect(() => void (anchor.hold() && measure()), [version.value]);
  // A layout effect: who waits for the list calls these in the frame in which it is first shown.
  useLayoutEffect(() => {
    reveals.index = (index) => {
      const box = scroller.current;
      if (!box || reveal(index, box.scrollTop, box.clientHeight, rowHeight) === null) return;
      box.scrollTop = (index + 0.5) * rowHeight - box.clientHeight / 2;
      measure();
    };
    reveals.message = (id, focus) => {
      const at = indexOf(id);
      const box = scroller.current;
      if (at < 0 || !box) return;
      const to = reveal(at, box.scrollTop, box.clientHeight, rowHeight);
      if (to !== null) box.scrollTop = to, measure();
      if (focus) requestAnimationFrame(() => box.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true }));
    };
  }, [rowHeight]);
  // The row that had the focus may be gone: the focus then goes to the row that is active now, not to nowhere.
  useLayoutEffect(() => {
    if (focused.current && document.activeElement === document.body && active.value !== null) reveals.message(active.value, true);
  });
  const seen = version.value;
  const at = active.value === null ? -1 : indexOf(active.value);
  const indexes = Array.from({ length: Math.max(0, shown.last - shown.first) }, (_, index) => shown.first + index);
  if (at >= 0 && (at < shown.first || at >= shown.last)) indexes.push(at);
  const focusable = at >= 0 ? at : Math.ceil(view.value.top / rowHeight);
  const opened = route.value.screen === "message" ? route.value.id : null;
  return (
    <div class="grid-box" data-version={seen}>
      <div class="grid" ref={scroller} role="grid" aria-label={viewName(q.value)} aria-rowcount={rows} aria-multiselectable="true" aria-readonly="true" onScroll={measure}
        onFocusIn={() => (focused.current = true)} onFocusOut={leave}>
        <div class="grid-sizer" role="rowgroup" style={{ height: `${rows * rowHeight}px` }}>
          {indexes.map((index) => {
            const row = rowAt(index);
            return <Row key={row?.id ?? rows - index} index={index} top={index * rowHeight} focusable={index === focusable} opened={opened} row={row} />;
          })}
        </div>
      </div>
      {unseen.value > 0 && (
        <button type="button" class="pill" onClick={() => scroller.current?.scrollTo({ top: 0 })}><Icon name="up" />{count(unseen.value)} new</button>
      )}
    </div>
  );
}

/**
 * Keeps what is read where it is: whatever comes or goes above, the rows in view stay in their places. At the top there
 * is nothing to keep: new mail slides in.
 */
function useAnchor(scroller: RefObject<HTMLDivElement | null>, rowHeight: number) {
  const held = useRef<{ id: string; index: number }[]>([]);
  const capture = (): void => {
    const box = scroller.current;
    if (!box) return;
    const first = Math.floor(box.scrollTop / rowHeight);
    const last = Math.ceil((box.scrollTop + box.clientHeight) / rowHeight);
    held.current = Array.from({ length: last - first }, (_, at) => ({ id: rowAt(first + at)?.id ?? "", index: first + at }));
  };
  /** Return whether the list had to be scrolled for it. */
  const hold = (): boolean => {
    const box = scroller.current;
    const stays = held.current.find(({ id }) => indexOf(id) >= 0);
    const moved = stays && box && box.scrollTop > 0 ? indexOf(stays.id) - stays.index : 0;
    if (moved !== 0) box!.scrollTop += moved * rowHeight;
    capture();
    return moved !== 0;
  };
  return { capture, hold };
}

let announcedAt = -Infinity;

/** Say that mail came, but not for each of a hundred. */
function announceArrivals(came: number): void {
  const now = performance.now();
  if (now - announcedAt < 4000) return;
  announcedAt = now;
  announce(plural(came, "new message"));
}
