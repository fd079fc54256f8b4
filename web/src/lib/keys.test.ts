import { expect, test } from "vitest";
import { COMMANDS, KeyReader, label } from "./keys";

const press = (key: string, more: Partial<{ shift: boolean; ctrl: boolean }> = {}) =>
  ({ key, shift: false, ctrl: false, alt: false, meta: false, ...more });

test("single keys and sequences", () => {
  const keys = new KeyReader();
  expect(keys.press(press("j"), 0)).toBe("next");
  expect(keys.press(press("g"), 10)).toBe("pending");
  expect(keys.press(press("u"), 20)).toBe("goUnread");
  expect(keys.press(press("u"), 30)).toBe("close");
  expect(keys.press(press("*", { shift: true }), 40)).toBe("pending");
  expect(keys.press(press("a"), 50)).toBe("selectAll");
});

test("a sequence is forgotten after a while", () => {
  const keys = new KeyReader();
  keys.press(press("g"), 0);
  expect(keys.press(press("u"), 5000)).toBe("close");
});

test("the browser's own keys are left alone", () => {
  const keys = new KeyReader();
  expect(keys.press(press("j", { ctrl: true }), 0)).toBeNull();
  expect(keys.press(press("Tab"), 0)).toBeNull();
  expect(keys.press(press(" "), 0)).toBeNull();
});

test("shift with letters and arrows", () => {
  const keys = new KeyReader();
  expect(keys.press(press("U", { shift: true }), 0)).toBe("unread");
  expect(keys.press(press("ArrowDown", { shift: true }), 0)).toBe("extendDown");
  expect(label("Shift+ArrowDown")).toBe("Shift ↓");
  expect(label("A")).toBe("Shift a");
});

test("no key means two things", () => {
  const keys = COMMANDS.flatMap((each) => [...each.keys]);
  expect(new Set(keys).size).toBe(keys.length);
});
