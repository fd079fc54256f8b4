import { expect, test } from "vitest";
import type { TranscriptLine } from "../api/types";
import { lastRefusal, tellingOutcome } from "./dialogue";

const lines = (...spoken: string[]): TranscriptLine[] =>
  spoken.map((each) => ({ t_ms: 0, direction: each[0] as "C" | "S", line: each.slice(2), tls: false }));

test("the last refusal comes with the command it answers", () => {
  const spoken = lines("S 220 hello", "C STARTTLS", "S 502 5.5.1 no", "C RCPT TO:<x@y>", "S 503 5.5.1 MAIL first", "C QUIT", "S 221 bye");
  expect(lastRefusal(spoken)).toEqual({ reply: "503 5.5.1 MAIL first", command: "RCPT TO:<x@y>" });
  expect(lastRefusal(lines("S 421 4.7.0 full"))).toEqual({ reply: "421 4.7.0 full", command: null });
  expect(lastRefusal(lines("S 220 hello", "C 500 is no reply"))).toBeNull();
});

test("QUIT tells nothing", () => {
  expect(tellingOutcome("QUIT")).toBeNull();
  expect(tellingOutcome("the client vanished")).toBe("the client vanished");
});
