import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Problem } from "../api/client";
import { caret } from "../lib/query";
import { go, listPath, route } from "../router";
import { problem, q } from "../state/mailbox";
import { Icon } from "../ui/Icon";
import { narrow } from "../state/media";

const PAUSE = 250;

const HINTS: readonly [string, string][] = [
  ["from:", "who sent it"], ["to:", "who gets it, by header or envelope"], ["subject:", "words in the subject"], ["text:", "words in the text"],
  ["has:attachment", "with files"], ["code:", "a one-time code"],
  ["header:", "a header field, X-Run=42"], ["subject[regex]:", "a pattern; also eq, contains, glob"], ["is:unread", "not read yet"], ["after:", "a date, 2026-11-01"], ["-", "leave out what follows"],
];

/** The search box. What is wrong with a query is said under the place where it is wrong. */
export function Search() {
  const input = useRef<HTMLInputElement>(null);
  const text = useSignal(route.value.screen === "sessions" ? "" : q.value);
  const focused = useSignal(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useSignalEffect(() => {
    const shown = q.value;
    if (document.activeElement !== input.current) text.value = shown;
  });
  const search = (): void => {
    clearTimeout(timer.current);
    const wanted = text.value.trim();
    if (route.value.screen !== "sessions" && wanted === q.value) return;
    go(listPath(wanted), route.value.screen === "list" && q.value !== "" && focused.value);
  };
  const change = (value: string): void => {
    text.value = value;
    clearTimeout(timer.current);
    timer.current = setTimeout(search, PAUSE);
  };
  const add = (hint: string): void => {
    const before = text.value.replace(/\s*$/, (spaces) => (text.value.trim() === "" ? "" : spaces || " "));
    change(before + hint);
    input.current?.focus();
  };
  const wrong = queryError(text.value.trim());
  const hinting = focused.value && !wrong && text.value.trim() === "";
  const leave = (event: FocusEvent): void => {
    if (!(event.currentTarget as Element).contains(event.relatedTarget as Node | null)) focused.value = false;
  };
  return (
    <form class="search" role="search" onSubmit={(event) => (event.preventDefault(), search(), input.current?.blur())} onFocusOut={leave}>
      <Icon name="search" />
      <input ref={input} id="search" type="search" autocomplete="off" spellcheck={false} value={text.value} placeholder={narrow.value ? "Search" : "Search mail, or to:bob@x.test is:unread"}
        aria-label="Search mail" aria-invalid={wrong ? true : undefined} aria-describedby={wrong ? "search-error" : undefined}
        onFocus={() => (focused.value = true)} onInput={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && (event.stopPropagation(), text.value === "" ? input.current?.blur() : change(""))} />
      {!narrow.value && <kbd class="search-key" aria-hidden="true">/</kbd>}
      {wrong && <QueryError text={text.value} wrong={wrong} use={change} />}
      {hinting && (
        <div class="search-pop" aria-label="What can be searched" role="group">
          {HINTS.map(([hint, meaning]) => (
            <button key={hint} type="button" class="hint" onClick={() => add(hint)}><code>{hint}</code><span class="muted">{meaning}</span></button>
          ))}
        </div>
      )}
    </form>
  );
}

function queryError(shown: string): Problem | null {
  const now = problem.value;
  return now instanceof Problem && now.kind === "query-error" && shown === q.value ? now : null;
}

interface QueryErrorProps { text: string; wrong: Problem; use: (text: string) => void }

/** The query again in a fixed pitch, a caret under what could not be read, and the way out. */
function QueryError({ text, wrong, use }: QueryErrorProps) {
  const { position = 0, suggestion } = wrong.document;
  const at = caret(text, position);
  return (
    <div class="search-pop wrong" id="search-error" role="alert">
      <pre class="search-echo" aria-hidden="true">{text}{"\n"}{" ".repeat(at)}<span class="caret">▲</span></pre>
      <p>{wrong.message}</p>
      {suggestion && <p>Did you mean <button type="button" class="as-link" onClick={() => use(suggestion)}><code>{suggestion}</code></button>?</p>}
    </div>
  );
}
