import { expect, test } from "vitest";
import { isRemote, read } from "./frame";

test("links open only where a link may lead", () => {
  expect(read({ mailcatch: 1, link: "https://x.test/a" })).toEqual({ kind: "link", href: "https://x.test/a" });
  expect(read({ mailcatch: 1, link: "//x.test/a" })).toEqual({ kind: "link", href: "https://x.test/a" });
  for (const href of ["javascript:alert(1)", "data:text/html,x", "/v1/messages", "file:///etc/passwd", "java\nscript:alert(1)"]) {
    expect(read({ mailcatch: 1, link: href })).toBeNull();
  }
});

test("what is not ours is nothing", () => {
  for (const data of [null, 1, "x", {}, { link: "https://x.test" }, { mailcatch: 1 }, { mailcatch: 1, key: { key: "x".repeat(50) } }]) {
    expect(read(data)).toBeNull();
  }
});

test("refusals are read one by one", () => {
  const said = read({ mailcatch: 1, refused: [{ url: "https://x.test/p.gif", what: "img-src" }, { url: 1 }, null] });
  expect(said).toEqual({ kind: "refused", refused: [{ url: "https://x.test/p.gif", what: "img-src" }] });
  expect(isRemote({ url: "inline", what: "script-src-elem" })).toBe(false);
  expect(isRemote({ url: "wss://x.test/", what: "connect-src" })).toBe(true);
});
