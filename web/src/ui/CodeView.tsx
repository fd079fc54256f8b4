import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { plural } from "../lib/bytes";
import { find, lines } from "../lib/lines";
import { visible } from "../lib/virtual";

const LINE = 19;

/** Text with line numbers, of any length: only the lines in view are in the DOM. Find with Enter and Shift+Enter. */
export function CodeView({ text, label }: { text: string; label: string }) {
  const cut = useMemo(() => lines(text), [text]);
  const scroller = useRef<HTMLDivElement>(null);
  const view = useSignal({ top: 0, height: 600 });
  const needle = useSignal("");
  const at = useSignal(-1);
  const hits = useComputed(() => find(cut, needle.value));
  const measure = (): void => {
    const box = scroller.current;
    if (box) view.value = { top: box.scrollTop, height: box.clientHeight };
  };
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(scroller.current!);
    return () => observer.disconnect();
  }, [cut]);
  const step = (by: number): void => {
    const found = hits.value;
    if (found.length === 0) return;
    at.value = (at.value + by + found.length) % found.length;
    scroller.current!.scrollTop = found[at.value]! * LINE - view.value.height / 2;
  };
  const { first, last } = visible(view.value.top, view.value.height, LINE, cut.length);
  const current = hits.value[at.value];
  const widest = useMemo(() => cut.reduce((most, line) => Math.max(most, line.text.length), 0), [cut]);
  return (
    <div class="code">
      <div class="code-find">
        <input type="search" placeholder={`Find in ${plural(cut.length, "line")}`} aria-label={`Find in ${label}`} value={needle.value}
          onInput={(event) => ((needle.value = event.currentTarget.value), (at.value = -1), step(1))}
          onKeyDown={(event) => event.key === "Enter" && (event.preventDefault(), step(event.shiftKey ? -1 : 1))} />
        <span class="muted" role="status">
          {needle.value === "" ? "" : hits.value.length === 0 ? "Not found" : `${at.value + 1} of ${plural(hits.value.length, "line")}`}
        </span>
      </div>
      <div class="code-lines" ref={scroller} onScroll={measure} tabIndex={0} role="region" aria-label={label}>
        <div class="code-sizer" style={{ height: `${cut.length * LINE}px`, minWidth: `${widest + 9}ch` }}>
          {cut.slice(first, last).map((line, index) => (
            <div key={first + index} class={first + index === current ? "code-line hit" : "code-line"} style={{ top: `${(first + index) * LINE}px` }}>
              <span class="code-number" aria-hidden="true">{line.continued ? "↳" : line.number}</span>
              <span class="code-text">{marked(line.text, needle.value)}</span>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** The text with what was searched for marked. */
function marked(text: string, needle: string) {
  if (needle === "") return text;
  const parts = [];
  const low = text.toLowerCase();
  const wanted = needle.toLowerCase();
  let from = 0;
  for (let hit = low.indexOf(wanted); hit >= 0; hit = low.indexOf(wanted, from)) {
    parts.push(text.slice(from, hit), <mark>{text.slice(hit, hit + wanted.length)}</mark>);
    from = hit + wanted.length;
  }
  return [...parts, text.slice(from)];
}
