/** A path as the server answers it, for tests: one recipient sent by the second host, one deferred. */
import type { Path, PathEvent, PathRecipient, PathStep } from "../api/types";

export const trace = (...events: [number, string, Record<string, unknown>][]): PathEvent[] => events.map(([t_ms, kind, data], at) => ({ seq: at + 1, t_ms, kind, data }));

export const step = (kind: PathStep["kind"], given: Partial<PathStep> = {}): PathStep => ({
  at: "2026-11-23T09:12:44.031Z", kind, text: "", events: [], ended_at: null, protocol: null, account: null, act: null, client: null, session_id: null, message: null, job: null, n: null, domain: null, ...given,
});

export const person = (address: string, given: Partial<PathRecipient> = {}): PathRecipient => ({
  address, original: address, route: "relay", rule: "allow @y.test", state: "sent", code: 250, enhanced: "2.0.0", text: "ok", stage: "dot", mta: "mx2.y.test", attempts: 1, next_at: null, uncertain: false, job: "J1", bounce: null, ...given,
});

export const TALK = trace(
  [0, "route.decision", { address: "bob@y.test", way: "relay", rule: "allow @y.test" }],
  [1, "dns.query", { name: "y.test", type: "MX", server: "192.0.2.53" }],
  [9, "dns.answer", { name: "y.test", type: "MX", rcode: "NOERROR", ms: 8, records: ["10 mx1.y.test", "20 mx2.y.test"] }],
  [10, "mx.order", { hosts: [{ preference: 10, name: "mx1.y.test" }, { preference: 20, name: "mx2.y.test" }] }],
  [12, "tcp.connect", { host: "mx1.y.test", address: "192.0.2.1", port: 25 }],
  [3012, "tcp.fail", { host: "mx1.y.test", address: "192.0.2.1", port: 25, ms: 3000, error: "no answer for 3 s", timeout: true }],
  [3013, "next", { host: "mx2.y.test", why: "mx1.y.test cannot be reached" }],
  [3014, "tcp.connect", { host: "mx2.y.test", address: "2001:db8::2", port: 25 }],
  [3020, "tcp.open", { host: "mx2.y.test", address: "2001:db8::2", port: 25, ms: 6, local: "2001:db8::1" }],
  [3025, "smtp.s", { line: "220 mx2.y.test ESMTP", ms: 5 }],
  [3026, "smtp.c", { line: "EHLO us.test" }],
  [3030, "smtp.s", { line: "250-mx2.y.test", ms: 4 }],
  [3030, "smtp.s", { line: "250-PIPELINING", ms: 4 }],
  [3030, "smtp.s", { line: "250 STARTTLS", ms: 4 }],
  [3031, "smtp.ext", { extensions: ["PIPELINING", "STARTTLS"] }],
  [3032, "smtp.c", { line: "STARTTLS" }],
  [3035, "smtp.s", { line: "220 go", ms: 3 }],
  [3050, "tls.open", { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", names: ["mx.other.test"], issuer: "Test CA", expires: "2027-01-01", verified: false, why: "it is for mx.other.test" }],
  [3051, "smtp.c", { line: "EHLO us.test", tls: true }],
  [3055, "smtp.s", { line: "250 PIPELINING", tls: true, ms: 4 }],
  [3056, "smtp.c", { line: "MAIL FROM:<app@x.test>", tls: true }],
  [3056, "smtp.c", { line: "RCPT TO:<bob@y.test>", tls: true }],
  [3056, "smtp.c", { line: "RCPT TO:<eve@y.test>", tls: true }],
  [3060, "smtp.s", { line: "250 2.1.0 ok", tls: true, ms: 4 }],
  [3061, "smtp.s", { line: "250 2.1.5 ok", tls: true, ms: 5 }],
  [3062, "smtp.s", { line: "450 4.2.1 busy", tls: true, ms: 6 }],
  [3063, "smtp.c", { line: "DATA", tls: true }],
  [3070, "smtp.s", { line: "354 go on", tls: true, ms: 7 }],
  [3071, "smtp.body", { bytes: 812, sha256: "ab".repeat(32), ms: 1 }],
  [5071, "smtp.s", { line: "250 2.0.0 queued as 4711", tls: true, ms: 2000 }],
  [5072, "smtp.c", { line: "QUIT", tls: true }],
  [5073, "rcpt.result", { address: "bob@y.test", state: "sent", code: 250 }],
  [5073, "rcpt.result", { address: "eve@y.test", state: "deferred", code: 450 }],
  [5074, "verdict", { text: "1 sent, 1 deferred" }],
);

export const PATH: Path = {
  recipients: [person("bob@y.test"), person("eve@y.test", { state: "deferred", code: 450, enhanced: "4.2.1", text: "busy", stage: "rcpt", next_at: "2026-11-23T09:12:59.000Z" })],
  steps: [
    step("hop", { text: "from a.test", events: trace([0, "hop", { from: "a.test", by: "b.test", with: "ESMTP" }]) }),
    step("hop", { text: "from b.test", events: trace([0, "hop", { from: "b.test", by: "x.test", with: "ESMTPS", delay: 5000 }]) }),
    step("received", { text: "by ESMTP from x.test", protocol: "ESMTP", session_id: "S1" }),
    step("stored", { text: "812 bytes" }),
    step("decision", { text: "released to bob@y.test", job: "J1", events: trace([0, "route.decision", { address: "bob@y.test", way: "relay" }]) }),
    step("attempt", { text: "1 sent, 1 deferred", job: "J1", n: 1, domain: "y.test", ended_at: "2026-11-23T09:12:49.105Z", events: TALK }),
  ],
};
