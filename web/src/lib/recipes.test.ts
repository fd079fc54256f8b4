import { expect, test } from "vitest";
import { address, RECIPES } from "./recipes";

const info = (host: string) => ({ smtp: [{ host, port: 2525, tls: "none" }], http: [] });

test("the address is one that an app can use", () => {
  expect(address(info("127.0.0.1"), "localhost").host).toBe("localhost");
  expect(address(info("0.0.0.0"), "192.168.1.5").host).toBe("192.168.1.5");
  expect(address(info("::"), "[::1]").host).toBe("localhost");
  expect(address(info("10.0.0.7"), "mail.test").host).toBe("10.0.0.7");
  expect(address({ smtp: [], http: [] }, "x")).toEqual({ host: "localhost", port: 1025, url: "" });
});

test("every recipe names the live port", () => {
  for (const recipe of RECIPES) expect(recipe.text({ host: "h.test", port: 2525, url: "" }), recipe.name).toContain("2525");
});
