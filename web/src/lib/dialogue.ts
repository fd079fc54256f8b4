import type { TranscriptLine } from "../api/types";

export interface Refusal { reply: string; command: string | null }

export const isRefusal = (line: TranscriptLine): boolean => line.direction === "S" && /^[45]\d\d/.test(line.line);

/** The last thing that was refused, with the command it answered; null if nothing was. */
export function lastRefusal(transcript: readonly TranscriptLine[]): Refusal | null {
  const at = transcript.findLastIndex(isRefusal);
  if (at < 0) return null;
  const command = transcript.slice(0, at).findLast((line) => line.direction === "C")?.line ?? null;
  return { reply: transcript[at]!.line, command };
}

/** A session's outcome where it says more than that the client said goodbye. */
export const tellingOutcome = (outcome: string | null): string | null => (outcome === "QUIT" ? null : outcome);
