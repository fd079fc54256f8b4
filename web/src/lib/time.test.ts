import { expect, test } from "vitest";
import { full, minute, short, span } from "./time";

test("a row shows the clock today and the date before", () => {
  const now = new Date(2026, 10, 23, 18, 0, 0);
  expect(short(new Date(2026, 10, 23, 9, 5, 7).toISOString(), now)).toBe("09:05:07");
  expect(short(new Date(2026, 10, 22, 23, 59, 59).toISOString(), now)).toBe("2026-11-22");
});

test("the full stamp has milliseconds and the zone", () => {
  expect(full(new Date(2026, 0, 2, 3, 4, 5, 6).toISOString())).toMatch(/^2026-01-02 03:04:05\.006 [+-]\d\d:\d\d$/);
});

test("spans are short", () => {
  expect([0, 812, 2400, 185_000].map(span)).toEqual(["0 ms", "812 ms", "2.4 s", "3 min 05 s"]);
  expect(minute(new Date(2026, 0, 1, 14, 3))).toBe("14:03");
});
