import { expect, test } from "vitest";
import { COLUMNS, matrixOf, replied, told } from "./matrix";
import { TALK, trace } from "./path.fixture";

test("a row for each address, a cell for each thing that happened there", () => {
  const [first, second] = matrixOf(TALK);
  expect([first!.host, first!.address, first!.cells.connect!.said, first!.next]).toEqual(["mx1.y.test", "192.0.2.1", "timeout", "mx1.y.test cannot be reached"]);
  expect(Object.keys(first!.cells)).toEqual(["connect"]);
  expect(COLUMNS.map((name) => second!.cells[name]?.said)).toEqual(["open", "220", "250", "TLSv1.3", "unverified", "250", "1 of 2", "250"]);
  expect(COLUMNS.map((name) => second!.cells[name]?.mark)).toEqual(["ok", "ok", "ok", "ok", "warn", "ok", "warn", "ok"]);
  expect(second!.cells.data!.ms).toBe(2007);
  expect(second!.cells.ehlo!.full).toContain("250-PIPELINING");
});

test("a pipelined refusal belongs to its command, whatever was sent after it", () => {
  const events = trace([0, "tcp.connect", { host: "m", address: "a" }], [0, "smtp.s", { line: "220 hi" }], [1, "smtp.c", { line: "MAIL FROM:<>" }], [1, "smtp.c", { line: "RCPT TO:<a@y.test>" }],
    [2, "smtp.s", { line: "452 full" }], [2, "smtp.s", { line: "503 MAIL first" }]);
  const { cells } = matrixOf(events)[0]!;
  expect([cells.mail!.said, cells.mail!.mark, cells.rcpt!.said, cells.rcpt!.mark]).toEqual(["452", "warn", "503", "bad"]);
});

test("a refusing banner, a word out of turn, a guarded address, a handshake that failed", () => {
  const at = (...events: Parameters<typeof trace>) => matrixOf(trace([0, "tcp.connect", { host: "m", address: "a" }], ...events))[0]!.cells;
  expect(at([1, "smtp.s", { line: "554 no" }]).banner!.mark).toBe("bad");
  expect(at([1, "smtp.s", { line: "220 hi" }], [2, "smtp.c", { line: "EHLO x" }], [3, "smtp.s", { line: "250 x" }], [4, "smtp.s", { line: "421 bye" }]).ehlo!.said).toBe("421");
  expect(matrixOf(trace([0, "guard.blocked", { host: "m", address: "10.0.0.1", why: "private" }]))[0]!.cells.connect!.said).toBe("guarded");
  expect(at([1, "tls.fail", { error: "wrong version" }]).tls!.full).toBe("wrong version");
});

test("facts of another shape than expected do no harm", () => {
  expect(matrixOf(trace([0, "smtp.s", { line: 7 }], [0, "tcp.open", {}], [0, "tcp.connect", {}], [0, "tls.open", { names: "x" }], [0, "next", {}]))).toHaveLength(1);
});

test("the code of a reply, and where it ends", () => {
  expect([replied("250-x"), replied("250 x"), replied("250"), replied("hello"), replied("999 x")]).toEqual([{ code: 250, last: false }, { code: 250, last: true }, { code: 250, last: true }, null, null]);
  expect(told({ mark: "warn", said: "450", full: "450 busy", ms: 12 })).toBe("with a remark: 450 busy, 12 ms");
});
