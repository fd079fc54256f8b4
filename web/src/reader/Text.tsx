import { pieces, quoteLevel } from "../lib/text";

const AT_ONCE = 200_000;

/** The plain text: links that lead somewhere, quotes by level. */
export function Text({ text }: { text: string }) {
  if (text.trim() === "") return <p class="muted panel-note">This mail has no text.</p>;
  const shown = text.slice(0, AT_ONCE);
  return (
    <div class="text" tabIndex={0} role="region" aria-label="Text">
      <div class="text-lines">
        {shown.split("\n").map((line, at) => (
          <div key={at} class={`text-line quote-${Math.min(3, quoteLevel(line))}`}>
            {pieces(line).map((piece) => (piece.href
              ? <a href={piece.href} target="_blank" rel="noopener noreferrer">{piece.text}</a>
              : piece.text))}
            {line === "" && "\u00a0"}
          </div>
        ))}
      </div>
      {text.length > AT_ONCE && <p class="muted panel-note">The first {AT_ONCE.toLocaleString("en-US")} characters are shown; the Source tab has all of it.</p>}
    </div>
  );
}
