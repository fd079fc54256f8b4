/** Plain text as it is read: quote levels, and addresses that can be followed. */

export const quoteLevel = (line: string): number => line.match(/^(?:> ?)+/)?.[0].replace(/ /g, "").length ?? 0;

export interface Piece { text: string; href: string | null }

const ADDRESS = /\bhttps?:\/\/[^\s<>"]+/g;

/** A line cut at its web addresses; punctuation and brackets that only surround one are left outside. */
export function pieces(line: string): Piece[] {
  const cut: Piece[] = [];
  let from = 0;
  for (const match of line.matchAll(ADDRESS)) {
    const href = trimmed(match[0]);
    if (!URL.canParse(href)) continue;
    if (match.index > from) cut.push({ text: line.slice(from, match.index), href: null });
    cut.push({ text: href, href });
    from = match.index + href.length;
  }
  if (from < line.length) cut.push({ text: line.slice(from), href: null });
  return cut;
}

function trimmed(address: string): string {
  let text = address;
  for (;;) {
    const last = text[text.length - 1]!;
    const opening = { ")": "(", "]": "[", "}": "{" }[last];
    const unbalanced = opening !== undefined && text.split(opening).length <= text.split(last).length - 1;
    if (!unbalanced && !/[.,;:!?'*_]/.test(last)) return text;
    text = text.slice(0, -1);
  }
}
