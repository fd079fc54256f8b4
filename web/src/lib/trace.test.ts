import { expect, test } from "vitest";
import { TALK, trace } from "./path.fixture";
import { asText, spoken } from "./trace";

test("what was said by whom, and what went wrong", () => {
  const lines = TALK.map(spoken);
  expect(lines.filter((each) => each.bad).map((each) => each.text)).toEqual(["not connected after 3000 ms: no answer for 3 s", "450 4.2.1 busy"]);
  expect(lines.find((each) => each.text.startsWith("250 2.0.0"))!.text).toBe("250 2.0.0 queued as 4711    (waited 2.0 s)");
  expect(lines.filter((each) => each.who === "C")).toHaveLength(9);
});

test("as text, with times in seconds; control characters are spelt out", () => {
  expect(asText(trace([12, "smtp.c", { line: "EHLO x" }], [1015, "smtp.s", { line: "250 a\u001b[2J" }], [1016, "x.y", { a: [1, 2], b: { c: true }, d: null }]))).toBe(
    "   0.012  -> EHLO x\n   1.015  <- 250 a\\x1b[2J\n   1.016  ** x.y  a 1, 2 · b yes\n");
});
