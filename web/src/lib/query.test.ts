import { expect, test } from "vitest";
import type { Summary } from "../api/types";
import { both, caret, forInbox, inboxOf, judge, quote } from "./query";

const row = (more: Partial<Summary>): Summary => ({ read: false, pinned: false, binned: false, rcpt_to: ["Bob@x.test"], ...more }) as Summary;

test("lists that the page can judge", () => {
  expect(judge("")!(row({}))).toBe(true);
  expect(judge("")!(row({ binned: true }))).toBe(false);
  expect(judge("is:unread")!(row({ read: true }))).toBe(false);
  expect(judge("is:pinned")!(row({ pinned: true }))).toBe(true);
  expect(judge("is:binned")!(row({ binned: true }))).toBe(true);
  expect(judge("rcpt:bob@x.test")!(row({}))).toBe(true);
  expect(judge("rcpt:ann@x.test")!(row({}))).toBe(false);
});

test("lists that only the server can judge", () => {
  expect(judge("invoice")).toBeNull();
  expect(judge("rcpt:*@x.test")).toBeNull();
  expect(judge("is:unread from:bob@x.test")).toBeNull();
});

test("quoting and joining", () => {
  expect(quote("a@b.test")).toBe("a@b.test");
  expect(quote('say "hi"')).toBe('"say \\"hi\\""');
  expect(both("a OR b", "id:1")).toBe("(a OR b) id:1");
  expect(both(" ", "id:1")).toBe("id:1");
  expect(caret("abc", 99)).toBe(3);
});

test("the list of one inbox, and nothing that only begins so", () => {
  expect(inboxOf(forInbox("gw0.a-b_c"))).toBe("gw0.a-b_c");
  for (const other of ["", "is:unread", "inbox:gw0 is:unread", "-inbox:gw0", "inbox:*", "inbox:GW0"]) expect(inboxOf(other)).toBeNull();
  expect(judge("inbox:gw0")!(row({ inboxes: ["default", "gw0"] }))).toBe(true);
  expect(judge("inbox:gw0")!(row({ inboxes: ["gw00"] }))).toBe(false);
});
