/** Text cut into lines of bounded length, so that a line of 3 MB is shown in pieces instead of freezing the page. */

export interface Line { text: string; number: number; continued: boolean }

export const LONGEST = 1000;

export function lines(text: string, longest = LONGEST): Line[] {
  const cut: Line[] = [];
  let number = 0;
  for (const line of text.split(/\r\n|\n|\r/)) {
    number += 1;
    for (let at = 0; at === 0 || at < line.length; at += longest) {
      cut.push({ text: line.slice(at, at + longest), number, continued: at > 0 });
    }
  }
  return cut;
}

/** The indexes of the lines that contain `needle`, without regard to case. */
export function find(all: readonly Line[], needle: string): number[] {
  const wanted = needle.toLowerCase();
  if (wanted === "") return [];
  return all.flatMap((line, at) => (line.text.toLowerCase().includes(wanted) ? [at] : []));
}

/** Raw bytes as text: what is not UTF-8 is shown as Latin-1, so that every byte is visible. */
export function asText(raw: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(raw);
  } catch {
    return new TextDecoder("latin1").decode(raw);
  }
}
