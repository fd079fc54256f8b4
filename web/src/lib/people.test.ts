import { expect, test } from "vitest";
import { recipients, sender, unreached } from "./people";

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
