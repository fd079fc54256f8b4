import { expect, test } from "vitest";
import { asText, find, lines } from "./lines";

test("long lines come in pieces with their number", () => {
  expect(lines("ab\r\ncdefg\n", 2).map((line) => [line.number, line.text, line.continued])).toEqual([
    [1, "ab", false], [2, "cd", false], [2, "ef", true], [2, "g", true], [3, "", false],
  ]);
});

test("find ignores case", () => {
  expect(find(lines("Hello\nworld\nHELLO"), "hello")).toEqual([0, 2]);
  expect(find(lines("x"), "")).toEqual([]);
});

test("every byte is visible", () => {
  expect(asText(new TextEncoder().encode("grün"))).toBe("grün");
  expect(asText(new Uint8Array([0x67, 0xfc]))).toBe("gü");
});
