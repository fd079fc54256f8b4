/** Which rows of a long list are in the DOM. Everything in pixels but for indexes. */

export interface Window { first: number; last: number }

export const OVERSCAN = 6;
/** However high the window is, no more rows than this are in the DOM (the focused one may come on top). */
export const MOST = 58;

/** The rows [first, last) to render for a scrolled viewport. */
export function visible(scrollTop: number, height: number, rowHeight: number, total: number): Window {
  const top = Math.max(0, Math.floor(scrollTop / rowHeight));
  const rows = Math.ceil(height / rowHeight) + 1;
  const spare = Math.max(0, Math.min(OVERSCAN, Math.floor((MOST - rows) / 2)));
  const first = Math.max(0, Math.min(top, total) - spare);
  return { first, last: Math.min(total, top + rows + spare, first + MOST) };
}

/** The scroll position that shows row `index` with as little movement as possible, or null if it is in view. */
export function reveal(index: number, scrollTop: number, height: number, rowHeight: number): number | null {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return null;
}
