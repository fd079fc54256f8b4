import { expect, test } from "vitest";
import { doors, PROGRAMS } from "./programs";

const listener = (port: number, tls = "none") => ({ host: "127.0.0.1", port, tls });

test("the plain ports are named, on a host that a program can use", () => {
  const info = { smtp: [listener(1025)], imap: [listener(1993, "implicit"), listener(1143, "starttls")], pop3: [] };
  expect(doors(info, "localhost")).toEqual({ host: "localhost", imap: 1143, pop3: null, smtp: 1025 });
  expect(doors({ smtp: [], imap: [], pop3: [{ host: "0.0.0.0", port: 1110, tls: "none" }] }, "10.0.0.7").host).toBe("10.0.0.7");
});

test("every program gets the port of a door that is open", () => {
  const open = { host: "h.test", smtp: 1025 };
  for (const program of PROGRAMS) {
    expect(program.text({ ...open, imap: 2143, pop3: 2110 }), program.name).toContain("2143");
    expect(program.text({ ...open, imap: null, pop3: 2110 }), program.name).toContain("2110");
  }
});
