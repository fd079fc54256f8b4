import { expect, test } from "vitest";
import type { Path } from "../api/types";
import { PATH, person, step, trace } from "./path.fixture";
import { attemptsOf, hopsOf, portBlocked, stagesOf, standing, until } from "./stepper";

const marks = (path: Path, attempt = attemptsOf(path).at(-1) ?? null): string => stagesOf(path, attempt).map((each) => each.mark).join(" ");

const tried = (events: ReturnType<typeof trace>, ended = true, state = "deferred"): Path => ({
  recipients: [person("bob@y.test", { state })],
  steps: [...PATH.steps.slice(2, 5), step("attempt", { job: "J1", n: 1, domain: "y.test", ended_at: ended ? "2026-11-23T09:12:49.105Z" : null, events })],
});

test("nine stages, each with what became of it", () => {
  const stages = stagesOf(PATH, attemptsOf(PATH)[0]!);
  expect(stages.map((each) => each.name)).toEqual(["Client", "mailcatch", "Decision", "DNS", "MX", "TLS", "Envelope", "Data", "Result"]);
  expect(marks(PATH)).toBe("done done done done remark remark remark done remark");
  expect(stages.map((each) => each.said)).toContain("mx1.y.test, mx2.y.test");
  expect(stages.at(-1)!.said).toBe("1 sent, 1 deferred");
  expect(stages.every((each) => each.source.startsWith("RFC"))).toBe(true);
});

test("mail that stays here ends in its mailbox", () => {
  const path: Path = { recipients: [person("bob@box.test", { route: "none", state: "stored", job: null })], steps: PATH.steps.slice(2, 4) };
  expect(marks(path)).toBe("done done left left left left left left done");
});

test("where it broke off", () => {
  expect(marks(tried(trace([0, "dns.answer", { rcode: "SERVFAIL", error: "no reachable authority" }])))).toBe("done done done failed left left left left remark");
  expect(marks(tried(trace([0, "mx.null", { domain: "y.test" }]), true, "failed"))).toBe("done done done failed left left left left failed");
  expect(marks(tried(trace([0, "tcp.connect", { host: "m" }], [1, "tcp.fail", { error: "refused" }])))).toBe("done done done done failed left left left remark");
});

test("what is under way", () => {
  expect(marks(tried(trace([0, "mx.order", { hosts: [{ name: "m" }] }], [0, "tcp.connect", { host: "m" }]), false, "active"))).toBe("done done done done now now left left now");
  expect(marks(tried([], false, "active"))).toBe("done done done now left left left left now");
});

test("a network that blocks port 25 is told from servers that fail", () => {
  expect(portBlocked(step("attempt", { events: trace([0, "verdict", { text: "x", blocked_port: true }]) }))).toBe(true);
  expect(portBlocked(attemptsOf(PATH)[0]!)).toBe(false);
  expect(portBlocked(null)).toBe(false);
});

test("words for people", () => {
  expect(standing(PATH.recipients[1]!)).toBe("deferred after 1 attempt: 450 4.2.1 busy (mx2.y.test)");
  expect(standing(person("a@y.test", { uncertain: true, attempts: 2, code: null, enhanced: null, text: null }))).toBe("sent after 2 attempts, possible duplicate");
  const now = Date.parse("2026-11-23T09:00:00Z");
  expect(["2026-11-23T08:59:59Z", "2026-11-23T09:00:11.4Z", "2026-11-23T09:04:05Z", "2026-11-23T11:30:00Z", "2026-11-26T09:00:00Z"].map((at) => until(at, now))).toEqual(["due now", "in 12 s", "in 4 min 05 s", "in 2 h 30 min", "in 3 days"]);
});

test("hops have their delay, and its share of the longest", () => {
  expect(hopsOf(PATH)).toEqual([
    { from: "a.test", by: "b.test", with: "ESMTP", delay: null, share: 0, back: false },
    { from: "b.test", by: "x.test", with: "ESMTPS", delay: 5000, share: 1, back: false },
  ]);
});
