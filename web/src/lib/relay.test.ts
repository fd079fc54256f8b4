import { expect, test } from "vitest";
import { type Job, type Route, STATES } from "../api/relay";
import { actionsOf, actionsOfAll, banner, concerned, ordered, present, routeWords, waiting } from "./relay";

const person = (address: string, state: Job["recipients"][number]["state"]): Job["recipients"][number] => ({
  address, original: address, state, attempts: 0, next_at: null, code: null, enhanced: null, text: null, stage: null, mta: null, uncertain: false, bounce: null,
});

const job: Job = { id: "J1", message: "M1", subject: "", sender: "", source: "release", rule: null, created_at: "", expires_at: "",
  recipients: [person("a@y.test", "deferred"), person("b@y.test", "deferred"), person("c@y.test", "failed"), person("d@y.test", "sent")] };

test("what is over can be sent again, what is sent can not; what waits can be acted on", () => {
  expect(STATES.filter((state) => actionsOf(state).includes("requeue"))).toEqual(["failed", "expired", "cancelled", "blocked"]);
  expect(actionsOf("sent")).toEqual([]);
  expect(STATES.filter((state) => actionsOf(state).includes("cancel"))).toEqual(["queued", "active", "deferred", "held"]);
});

test("for all at once, only what concerns more than one", () => {
  expect(actionsOfAll(job)).toEqual(["retry", "hold", "cancel", "bounce"]);
  expect(concerned(job, "cancel")).toEqual(["a@y.test", "b@y.test"]);
  expect(ordered(job.recipients, "failed").map((each) => each.address)).toEqual(["c@y.test", "a@y.test", "b@y.test", "d@y.test"]);
});

test("counts in the order of the way", () => {
  expect(present({ sent: 3, queued: 1, failed: 0 })).toEqual([["queued", 1], ["sent", 3]]);
  expect(waiting({ sent: 3, queued: 1, held: 2, deferred: 4 })).toBe(7);
});

test("the banner says what leaves, and what does not", () => {
  expect(banner({ mode: "manual", via: "mx", paused: false, counts: {} })).toBe("The relay is on: what you release leaves this machine, to the servers of its recipients.");
  expect(banner({ mode: "auto", via: "smarthost", paused: false, counts: { queued: 2 } })).toBe("The relay is on: mail to allowed recipients leaves by itself, through the smart host. 2 in the queue.");
  expect(banner({ mode: "auto", via: "mx", paused: true, counts: { held: 1 } })).toBe("The relay is paused: nothing leaves. 1 in the queue.");
});

test("a route in words", () => {
  const route: Route = { decision: { asked: "list@y.test", address: "bob@y.test", way: "relay", rule: "allow @y.test" }, domain: "y.test", problem: null, code: null, enhanced: null,
    hosts: [{ preference: 10, name: "mx.y.test", addresses: [{ address: "192.0.2.1", port: 25, guarded: null }, { address: "10.0.0.1", port: 25, guarded: "a private address" }], flags: ["mx.cname"] }] };
  expect(routeWords(route)).toEqual({ fine: true, head: "goes to bob@y.test instead; allowed by allow @y.test", hosts: ["10 mx.y.test · 192.0.2.1, 10.0.0.1 (guarded: a private address) · an alias"] });
  const blocked = routeWords({ ...route, decision: { asked: "a@z.test", address: "a@z.test", way: "blocked", rule: "no rule allows it" }, hosts: [] });
  expect(blocked).toEqual({ fine: false, head: "not allowed: no rule allows it", hosts: [] });
  expect(routeWords({ ...route, problem: "takes no mail", code: 556, enhanced: "5.1.10" })).toMatchObject({ fine: false, head: "goes to bob@y.test instead; allowed by allow @y.test; 556 5.1.10 takes no mail" });
});
