import { untracked, useSignal, useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Summary } from "../api/types";
import { count, plural } from "../lib/bytes";
import { recipients, sender } from "../lib/people";
import { full, short } from "../lib/time";
import { reveal, visible } from "../lib/virtual";
import { go, messagePath, route } from "../router";
import { bin, emptyBin, markAllRead, restore, setRead, togglePin } from "../state/actions";
import { counts } from "../state/counts";
import { arrived, indexOf, loading, problem, q, reload, rowAt, total, version, want } from "../state/mailbox";
import { small } from "../state/media";
import { active, clear, extendTo, isSelected, selectAll, selectedCount, selection, toggle } from "../state/selection";
import { lastTab } from "../state/settings";
import { announce } from "../state/toasts";
import { subject, viewName } from "../strings";
import { url } from "../api/client";
import { Button, IconButton } from "../ui/Button";
import { Failure } from "../ui/Failure";
import { Icon } from "../ui/Icon";
import { Later } from "../ui/Later";
import { Welcome } from "./Welcome";
import { Problem } from "../api/client";

const ROW = 30;
const ROW_SMALL = 56;

/** Lent to keys and deep links: bring a row into view; the one of a message (with the focus), or one by its index. */
export const reveals = {
  message: (_id: string, _focus: boolean): void => undefined,
  index: (_index: number): void => undefined,
};

export function List() {
  const unreadable = problem.value instanceof Problem && problem.value.kind === "query-error";
  return (
    <section class="list" aria-label="Messages">
      <Toolbar />
      {loading.value === "failed" && !unreadable && problem.value
        ? <Failure what="The messages could not be fetched." error={problem.value} retry={() => void reload()} />
        : loading.value === "failed" ? <Unreadable />
        : loading.value === "first" ? <Skeletons />
        : total.value === 0 ? <Empty />
        : <Grid />}
    </section>
  );
}

function Toolbar() {
  const chosen = selectedCount.value;
  const all = loading.value === "ready" ? total.value : 0;
  return (
    <div class="toolbar" role="toolbar" aria-label={chosen > 0 ? "Selected messages" : "Messages"}>
      <span class="check">
        <input type="checkbox" aria-label="Select all" checked={chosen > 0 && chosen >= all} disabled={all === 0}
          ref={(box) => void (box && (box.indeterminate = chosen > 0 && chosen < all))} onChange={() => (chosen > 0 ? clear() : selectAll())} />
      </span>
      {chosen > 0 ? <Bulk /> : <Title all={all} />}
    </div>
  );
}

function Title({ all }: { all: number }) {
  const inBin = q.value === "is:binned";
  const unread = q.value === "" ? (counts.value?.unread ?? 0) : 0;
  return (
    <>
      <h1 class="toolbar-title">{viewName(q.value)}</h1>
      <span class="muted toolbar-count">
        {loading.value === "ready" ? count(all) : ""}{unread > 0 ? <span class="toolbar-unread"> · {count(unread)} unread</span> : null}
      </span>
      <span class="spring" />
      {!inBin && all > 0 && <IconButton icon="read" label="Mark all read" keys="Shift a" onClick={() => void markAllRead()} />}
      {inBin && all > 0 && <Button onClick={() => void emptyBin()}>Empty the Bin…</Button>}
    </>
  );
}

function Bulk() {
  const chosen = selectedCount.value;
  const inBin = q.value === "is:binned";
  const rest = selection.value.kind === "some" && chosen < total.value;
  return (
    <>
      <h1 class="visually-hidden">{viewName(q.value)}</h1>
      <strong class="toolbar-title">{count(chosen)} selected</strong>
      {rest && <button type="button" class="as-link hide-small" onClick={selectAll}>Select all {count(total.value)}{q.value ? " matching" : ""}</button>}
      <span class="spring" />
      <IconButton icon="read" label="Mark read" keys="Shift i" onClick={() => void setRead(selection.value, true)} />
      <IconButton icon="mail" label="Mark unread" keys="Shift u" onClick={() => void setRead(selection.value, false)} />
      <IconButton icon="pin" label="Pin" keys="s" onClick={() => void togglePin(selection.value)} />
      {inBin && <IconButton icon="restore" label="Take out of the Bin" onClick={() => void restore(selection.value)} />}
      <IconButton icon="bin" label={inBin ? "Delete for ever" : "Move to the Bin"} keys="#" onClick={() => void bin(selection.value)} />
      <IconButton icon="close" label="Clear the selection" onClick={clear} />
    </>
  );
}

function Grid() {
  const scroller = useRef<HTMLDivElement>(null);
  const view = useSignal({ top: 0, height: 700 });
  const unseen = useSignal(0);
  const focused = useRef(false);
  const rowHeight = small.value ? ROW_SMALL : ROW;
  const rows = total.value;
  const measure = (): void => {
    const box = scroller.current;
    if (!box) return;
    if (box.scrollTop === 0) unseen.value = 0;
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
    if (!box || box.scrollTop === 0) return;
    unseen.value += came;
    queueMicrotask(() => (box.scrollTop += came * rowHeight));
  };
  useSignalEffect(() => {
    const { count: came } = arrived.value;
    untracked(() => came > 0 && makeRoom(came));
  });
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

let announcedAt = -Infinity;

/** Say that mail came, but not for each of a hundred. */
function announceArrivals(came: number): void {
  const now = performance.now();
  if (now - announcedAt < 4000) return;
  announcedAt = now;
  announce(plural(came, "new message"));
}

interface RowProps { index: number; top: number; focusable: boolean; opened: string | null; row: Summary | undefined }

function Row({ index, top, focusable, opened, row }: RowProps) {
  const place = { transform: `translateY(${top}px)` };
  if (!row) return <div class="row unknown" role="row" aria-rowindex={index + 1} style={place}><span role="gridcell" class="row-blank">{" "}</span></div>;
  const chosen = isSelected(row.id);
  const kind = ["row", !row.read && "new", chosen && "chosen", row.id === opened && "opened", row.id === active.value && "active"].filter(Boolean).join(" ");
  const open = (event: MouseEvent): void => {
    const target = event.target as Element;
    if (target.closest(".check")) return;
    if (event.metaKey || event.ctrlKey || event.button !== 0) return;
    event.preventDefault();
    if (event.shiftKey) extendTo(row.id), getSelection()?.removeAllRanges();
    else active.value = row.id, go(messagePath(row.id, q.value, lastTab.value === "html" ? null : lastTab.value), route.value.screen === "message");
  };
  return (
    <div class={kind} role="row" aria-rowindex={index + 1} aria-selected={chosen} aria-current={row.id === opened ? "true" : undefined} data-id={row.id}
      tabIndex={focusable ? 0 : -1} style={place} onClick={open} onFocus={(event) => event.target === event.currentTarget && (active.value = row.id)}>
      <span role="gridcell" class="check">
        <label class="check-area">
          <input type="checkbox" tabIndex={-1} aria-label={`Select ${subject(row.subject)}`} checked={chosen}
            onClick={(event) => event.shiftKey && (event.preventDefault(), extendTo(row.id))} onChange={() => toggle(row.id)} />
        </label>
      </span>
      <span role="gridcell" class="people">
        {!row.read && <span class="visually-hidden">Unread, </span>}
        <span class="from">{sender(row)}</span>
        <span class="arrow" aria-hidden="true">→</span><span class="visually-hidden"> to </span>
        <To row={row} />
      </span>
      <span role="gridcell" class="what">
        <a class="subject" href={url(messagePath(row.id, q.value, null))} tabIndex={-1} draggable={false}>{subject(row.subject)}</a>
        <span class="snippet">{row.snippet}</span>
      </span>
      <span role="gridcell" class="marks">
        {row.tags.map((tag) => <span key={tag} class="tag">{tag}</span>)}
        {row.parse_error && <span title={row.parse_error}><Icon name="warn" label="Damaged" /></span>}
        {row.attachment_count > 0 && <Icon name="clip" label={plural(row.attachment_count, "attachment")} />}
        {row.pinned && <Icon name="pin" label="Pinned" fill />}
      </span>
      <span role="gridcell" class="time"><time dateTime={row.received_at} title={full(row.received_at)}>{short(row.received_at, new Date())}</time></span>
    </div>
  );
}

/** The true recipients; those that no header names are marked. */
function To({ row }: { row: Summary }) {
  const all = recipients(row);
  return (
    <span class="to" title={all.map((each) => each.address).join(", ")}>
      {all.slice(0, 3).map((each, at) => (
        <span key={each.address} class={each.hidden ? "hidden-to" : undefined}>
          {at > 0 ? ", " : ""}{each.address}{each.hidden ? <span class="visually-hidden"> (only in the envelope)</span> : null}
        </span>
      ))}
      {all.length > 3 ? ` +${all.length - 3}` : ""}
    </span>
  );
}

const Skeletons = () => (
  <Later>
    <div class="skeletons" role="status" aria-label="Loading">
      {Array.from({ length: 14 }, (_, at) => <div key={at} class="skeleton" style={{ width: `${55 + ((at * 37) % 40)}%` }} />)}
    </div>
  </Later>
);

function Empty() {
  const here = q.value;
  if (here === "") return <Welcome />;
  const texts: Record<string, [string, string]> = {
    "is:unread": ["All read", "New mail shows up here as it arrives."],
    "is:pinned": ["Nothing pinned", "Pin a message with s: retention never deletes it."],
    "is:binned": ["The Bin is empty", "What you delete waits here until you empty the Bin."],
  };
  const [title, text] = texts[here] ?? ["Nothing matches", "The search stays open: matching mail appears as it arrives."];
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      <p>{text}</p>
    </div>
  );
}

const Unreadable = () => (
  <div class="empty">
    <p class="empty-title">This search cannot be read</p>
    <p>The search box shows where it goes wrong.</p>
  </div>
);

