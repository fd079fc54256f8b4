import { expect, test } from "vitest";
import type { Recipient } from "../api/types";
import { asked, recipients, routes, sender, unreached } from "./people";

const mail = {
  from: [{ name: "Ada", address: "ada@x.test" }], mail_from: "bounce@x.test",
  rcpt_to: ["Bob@x.test", "secret@x.test"], to: [{ name: "", address: "bob@x.test" }], cc: [{ name: "Eve", address: "eve@x.test" }],
};

test("the sender is the header's, else the envelope's", () => {
  expect(sender(mail)).toBe("Ada");
  expect(sender({ ...mail, from: [] })).toBe("bounce@x.test");
  expect(sender({ from: [], mail_from: "" })).toBe("<>");
});

test("recipients that no header names are marked, and those never reached are found", () => {
  expect(recipients(mail)).toEqual([{ address: "Bob@x.test", hidden: false }, { address: "secret@x.test", hidden: true }]);
  expect(unreached(mail)).toEqual([{ name: "Eve", address: "eve@x.test" }]);
});

const params = { SIZE: "10", RET: "HDRS", ENVID: "QQ1" };
const rcpt_to: Recipient[] = [
  { address: "bob@x.test", params: { ORCPT: "rfc822;Bob@x.test", NOTIFY: "NEVER" }, route: "relay", rule: "allow @x.test" },
  { address: "eve@x.test", params: {}, route: null, rule: null },
];

test("what the sender asked of servers on the way, other parameters left out", () => {
  expect(asked({ mail_params: params, rcpt_to })).toEqual([
    { who: "", text: "RET=HDRS ENVID=QQ1" }, { who: "bob@x.test", text: "NOTIFY=NEVER ORCPT=rfc822;Bob@x.test" },
  ]);
  expect(asked({ mail_params: { SIZE: "1" }, rcpt_to: [] })).toEqual([]);
});

test("where each recipient's mail goes, where that was decided", () => {
  expect(routes({ rcpt_to })).toEqual([{ who: "bob@x.test", text: "relay: allow @x.test" }]);
});
