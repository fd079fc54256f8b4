import { expect, test } from "vitest";
import { MOST, reveal, visible } from "./virtual";

test("the window begins at the scrolled row, with some to spare", () => {
  expect(visible(3000, 720, 30, 100_000)).toEqual({ first: 94, last: 131 });
});

test("it ends with the list", () => {
  expect(visible(0, 720, 30, 5)).toEqual({ first: 0, last: 5 });
  expect(visible(99_990 * 30, 720, 30, 100_000).last).toBe(100_000);
  expect(visible(500, 720, 30, 0)).toEqual({ first: 0, last: 0 });
});

test("a very high window still has few rows", () => {
  const { first, last } = visible(30_000, 4000, 30, 100_000);
  expect(last - first).toBeLessThanOrEqual(MOST);
});

test("reveal moves as little as possible", () => {
  expect(reveal(5, 0, 300, 30)).toBeNull();
  expect(reveal(20, 0, 300, 30)).toBe(330);
  expect(reveal(2, 300, 300, 30)).toBe(60);
});
