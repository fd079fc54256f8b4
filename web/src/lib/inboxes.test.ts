import { expect, test } from "vitest";
import { found, SHOWN } from "./inboxes";

const named = (...names: string[]) => names.map((name) => ({ name, total: 1, unread: 0 }));
const many = named("default", ...Array.from({ length: 40 }, (_, number) => `gw${number}`));
const names = (...asked: Parameters<typeof found>) => found(...asked).shown.map((each) => each.name);

test("few inboxes are all there, the newest under the default one", () => {
  expect(found(named("default", "a", "b"), "", null)).toEqual({ shown: named("default", "b", "a"), more: 0 });
});

test("of many the newest, and what is open, and how many more there are", () => {
  expect(names(many, "", null).slice(0, 3)).toEqual(["default", "gw39", "gw38"]);
  expect(names(many, "", "gw3")).toContain("gw3");
  expect(names(many, "", "gw3")).toHaveLength(SHOWN);
  expect(found(many, "", null).more).toBe(many.length - SHOWN);
});

test("a text finds any of them, however it is written", () => {
  expect(names(many, " GW3", null)).toEqual(["gw39", "gw38", "gw37", "gw36", "gw35", "gw34", "gw33", "gw32", "gw31", "gw30", "gw3"]);
  expect(found(many, "nowhere", "gw3")).toEqual({ shown: [], more: 0 });
});
