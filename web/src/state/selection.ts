/** What is selected in the list: some messages by id, or all that match, up to a moment. */
import { computed, signal } from "@preact/signals";
import { cursorNow, indexOf, q, rowAt, rowsKnown, total, version } from "./mailbox";

export type Selection = { kind: "some"; ids: ReadonlySet<string> } | { kind: "all"; q: string; until: string; count: number };

const NONE: Selection = { kind: "some", ids: new Set() };

export const selection = signal<Selection>(NONE);
/** The row that keys act on. */
export const active = signal<string | null>(null);
let anchor: string | null = null;

export const selectedCount = computed(() => {
  const now = selection.value;
  return now.kind === "all" ? now.count : now.ids.size;
});

export const isSelected = (id: string): boolean => selection.value.kind === "all" || selection.value.ids.has(id);

export function clear(): void {
  selection.value = NONE;
  anchor = null;
}

export function toggle(id: string): void {
  const ids = new Set(someIds());
  if (!ids.delete(id)) ids.add(id);
  selection.value = { kind: "some", ids };
  anchor = id;
}

/** Select from the last touched row to this one. */
export function extendTo(id: string): void {
  const from = indexOf(anchor ?? active.value ?? id);
  const to = indexOf(id);
  if (from < 0 || to < 0) return toggle(id);
  const ids = new Set(someIds());
  for (let at = Math.min(from, to); at <= Math.max(from, to); at++) {
    const row = rowAt(at);
    if (row) ids.add(row.id);
  }
  selection.value = { kind: "some", ids };
  anchor ??= id;
}

/** All that match, as of now: what arrives later is not caught. */
export function selectAll(): void {
  version.peek();
  if (total.peek() === 0) return;
  const rows = rowsKnown();
  if (rows.length === total.peek()) selection.value = { kind: "some", ids: new Set(rows.map((row) => row.id)) };
  else selection.value = { kind: "all", q: q.peek(), until: cursorNow(), count: total.peek() };
}

/** Messages that are gone cannot stay selected. */
export function forget(id: string): void {
  const now = selection.value;
  if (now.kind !== "some" || !now.ids.has(id)) return;
  const ids = new Set(now.ids);
  ids.delete(id);
  selection.value = { kind: "some", ids };
}

const someIds = (): Iterable<string> => {
  const now = selection.value;
  return now.kind === "some" ? now.ids : rowsKnown().map((row) => row.id);
};
