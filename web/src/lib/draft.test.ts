import { expect, test } from "vitest";
import { addressOf, bodyOf, EMPTY, faultIn, faultsOf, mailboxes, untouched } from "./draft";

test("mailboxes are cut at commas, semicolons and lines, but not inside quotes and brackets", () => {
  expect(mailboxes('a@x.example, "Doe, John" <j@x.example>; b@x.example\nc@x.example,')).toEqual(["a@x.example", '"Doe, John" <j@x.example>', "b@x.example", "c@x.example"]);
  expect(mailboxes('"a\\", b" <a@x.example>')).toEqual(['"a\\", b" <a@x.example>']);
  expect(mailboxes("  ")).toEqual([]);
});

test("an address is what stands in brackets, or all of it", () => {
  expect(addressOf("Ada <ada@x.example>")).toBe("ada@x.example");
  expect(addressOf("jörg@bücher.example")).toBe("jörg@bücher.example");
  expect(addressOf("postmaster@[192.0.2.1]")).toBe("postmaster@[192.0.2.1]");
  for (const wrong of ["ada", "ada@", "@x.example", "a b@x.example", "<ada@x.example", "a@b@c"]) expect(addressOf(wrong)).toBeNull();
});

test("faults stand at their field", () => {
  expect(faultsOf({ ...EMPTY, to: "bob@x.example" })).toEqual({});
  expect(faultsOf({ ...EMPTY, bcc: "bob@x.example" })).toEqual({});
  expect(Object.keys(faultsOf({ ...EMPTY, cc: "bob" })).sort()).toEqual(["cc"]);
  expect(Object.keys(faultsOf({ ...EMPTY, from: "", to: "" })).sort()).toEqual(["from", "to"]);
  expect(Object.keys(faultsOf({ ...EMPTY, from: "a@x.example, b@x.example", to: "b@x.example" }))).toEqual(["from"]);
});

test("the body has lists of mailboxes, and no more", () => {
  expect(bodyOf({ ...EMPTY, to: "a@x.example,b@x.example", subject: " Hi ", text: "a\n" }, [])).toEqual(
    { from: EMPTY.from, to: ["a@x.example", "b@x.example"], cc: [], bcc: [], subject: "Hi", text: "a\n", attachments: [] });
});

test("a refusal that names a field is shown there", () => {
  expect(faultIn("to: 'x' is no address.")).toEqual(["to", "'x' is no address."]);
  expect(faultIn("attachments[0].content: is not base64")).toEqual(["attachments", "is not base64"]);
  expect(faultIn("The disk is full.")).toBeNull();
});

test("a draft with nothing but its sender is untouched", () => {
  expect(untouched(EMPTY)).toBe(true);
  expect(untouched({ ...EMPTY, text: "x" })).toBe(false);
});
