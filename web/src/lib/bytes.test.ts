import { expect, test } from "vitest";
import { bytes, plural } from "./bytes";

test("sizes", () => {
  expect([0, 999, 1000, 4711, 99_940, 1_800_000, 250_000_000].map(bytes)).toEqual([
    "0 B", "999 B", "1.0 kB", "4.7 kB", "99.9 kB", "1.8 MB", "250 MB",
  ]);
});

test("plurals", () => {
  expect(plural(1, "message")).toBe("1 message");
  expect(plural(12_431, "message")).toBe("12,431 messages");
});
