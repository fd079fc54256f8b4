import { expect, test } from "vitest";
import { pieces, quoteLevel } from "./text";

test("quote levels", () => {
  expect(["x", "> x", ">> x", "> > x"].map(quoteLevel)).toEqual([0, 1, 2, 2]);
});

test("addresses end before the punctuation around them", () => {
  expect(pieces("See (https://x.test/a_(b)), or https://y.test/?q=1.").filter((piece) => piece.href).map((piece) => piece.href)).toEqual([
    "https://x.test/a_(b)", "https://y.test/?q=1",
  ]);
  expect(pieces("no link, javascript:alert(1)")).toEqual([{ text: "no link, javascript:alert(1)", href: null }]);
});
