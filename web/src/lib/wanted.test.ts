import { expect, test } from "vitest";
import { mainLink, sureCodes } from "./wanted";

const code = (value: string, confidence: number) => ({ value, confidence, why: [], context: "" });
const link = (url: string, kind: string, text = "") => ({ url, kind, text, source: "a", host: "x.test" });

test("only codes that are sure are shown, three at most", () => {
  expect(sureCodes({ codes: [code("1", 0.9), code("2", 0.5), code("3", 0.49)] })).toEqual(["1", "2"]);
  expect(sureCodes({ codes: [1, 2, 3, 4].map((n) => code(String(n), 0.9)) })).toEqual(["1", "2", "3"]);
});

test("the main link is the first one, if it is to act on and of the web", () => {
  expect(mainLink({ links: [link("https://x.test/a", "action", "Confirm")] })).toEqual({ url: "https://x.test/a", text: "Confirm" });
  expect(mainLink({ links: [link("https://x.test/a", "action")] })?.text).toBe("x.test");
  expect(mainLink({ links: [link("app://x", "action")] })).toBeNull();
  expect(mainLink({ links: [link("https://x.test/a", "other")] })).toBeNull();
  expect(mainLink({ links: [] })).toBeNull();
});
