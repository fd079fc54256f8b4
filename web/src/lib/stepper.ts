/** Where a mail is on the classic way: client → mailcatch → decision → DNS → MX → TLS → envelope → data → result. */
import type { Path, PathEvent, PathRecipient, PathStep } from "../api/types";
import { plural } from "./bytes";
import { type Cell, matrixOf, type Row, word } from "./matrix";

/** done; remark: done, or to be tried again, but not as it should be; failed; now: under way; left: not reached. */
export type Mark = "done" | "remark" | "failed" | "now" | "left";

export interface Stage { name: string; source: string; mark: Mark; said: string }

export const MARKS: Record<Mark, string> = { done: "done", remark: "with a remark", failed: "failed", now: "under way", left: "not reached" };

/** Attempts of all jobs, oldest first. */
export const attemptsOf = (path: Path): PathStep[] => path.steps.filter((step) => step.kind === "attempt");

/** The network is at fault, and no server: every connection to port 25 timed out. */
export const portBlocked = (attempt: PathStep | null): boolean => !!attempt?.events.some((event) => event.kind === "verdict" && event.data.blocked_port === true);

/** The stages of a message's way, as far as this attempt (null: none was made) went. */
export function stagesOf(path: Path, attempt: PathStep | null): Stage[] {
  const rows = attempt ? matrixOf(attempt.events) : [];
  const open = attempt !== null && attempt.ended_at === null;
  const way = [client(path), store(path), decision(path, attempt), dns(attempt), mx(rows), tls(rows), envelope(rows), content(rows), result(path, attempt)];
  if (open) {
    const reached = way.findIndex((stage) => stage.mark === "left");
    if (reached >= 0 && way[reached]!.name !== "Result") way[reached] = { ...way[reached]!, mark: "now", said: "under way" };
  }
  return way;
}

const stage = (name: string, source: string, mark: Mark, said: string): Stage => ({ name, source, mark, said });
const arrived = (path: Path, kind: PathStep["kind"]): PathStep | undefined => path.steps.find((step) => step.kind === kind && step.message === null);

const client = (path: Path): Stage => stage("Client", "RFC 6409: message submission", "done", arrived(path, "received")?.text ?? "");
const store = (path: Path): Stage => stage("mailcatch", "RFC 5321 §4.4: a trace field and the store, before 250", "done", arrived(path, "stored")?.text ?? "stored");

function decision(path: Path, attempt: PathStep | null): Stage {
  const source = "RFC 5321 §3.6, §5.1: local or relayed, and by which rule";
  const made = path.steps.filter((step) => step.kind === "decision");
  const last = attempt?.job ? made.find((step) => step.job === attempt.job) : made.at(-1);
  if (!last) return stage("Decision", source, "left", "it stays here: nobody asked for more");
  const ways = last.events.map((event) => word(event.data.way));
  const here = ways.length > 0 && ways.every((way) => way === "local");
  if (ways.length > 0 && ways.every((way) => way === "blocked")) return stage("Decision", source, "failed", last.text);
  return stage("Decision", source, ways.includes("blocked") ? "remark" : "done", here ? "all of it is local" : last.text);
}

function dns(attempt: PathStep | null): Stage {
  const source = "RFC 5321 §5.1, RFC 7505: MX, else the domain's own address";
  const events = attempt?.events ?? [];
  const of = (kind: string): PathEvent | undefined => events.findLast((event) => event.kind === kind);
  const refused = of("mx.null");
  if (refused) return stage("DNS", source, "failed", `null MX: ${word(refused.data.domain) || "the domain"} takes no mail`);
  const order = of("mx.order");
  const hosts = order && Array.isArray(order.data.hosts) ? (order.data.hosts as { name?: unknown }[]).map((host) => word(host.name)).join(", ") : "";
  const odd = of("mx.cname") ?? of("mx.literal") ?? of("mx.noaddress") ?? of("mx.self");
  const dialled = events.some((event) => event.kind === "tcp.connect" || event.kind === "guard.blocked");
  if (order || dialled) return stage("DNS", source, dialled ? (odd || of("mx.implicit") ? "remark" : "done") : "remark", hosts || (of("mx.implicit") ? "no MX: the domain itself" : "found"));
  const answer = of("dns.answer");
  if (!answer) return stage("DNS", source, "left", "");
  const rcode = word(answer.data.rcode);
  return stage("DNS", source, rcode === "NOERROR" && attempt?.ended_at === null ? "now" : "failed", [rcode, word(answer.data.error), word(answer.data.note)].filter(Boolean).join(", "));
}

function mx(rows: readonly Row[]): Stage {
  const source = "RFC 5321 §5.1: hosts in the order of their preference, each address";
  const last = rows.at(-1);
  if (!last) return stage("MX", source, "left", "");
  const where = `${last.host} [${last.address}]`;
  const cell = last.cells.connect;
  const others = rows.length > 1 ? `, after ${plural(rows.length - 1, "other")}` : "";
  if (!cell) return stage("MX", source, "now", `connecting to ${where}`);
  if (cell.mark === "bad") return stage("MX", source, "failed", `${where}: ${cell.full || cell.said}${others}`);
  if (last.cells.banner && last.cells.banner.mark !== "ok") return stage("MX", source, "failed", `${where}: ${last.cells.banner.full}`);
  return stage("MX", source, rows.length > 1 ? "remark" : "done", where + others);
}

function tls(rows: readonly Row[]): Stage {
  const source = "RFC 3207, RFC 7435: STARTTLS, opportunistic";
  const cells = rows.at(-1)?.cells ?? {};
  if (cells.certificate) return stage("TLS", source, cells.certificate.mark === "ok" ? "done" : "remark", `${cells.tls?.said ?? "TLS"}, ${cells.certificate.full.split(";")[0]}`);
  if (cells.tls && (cells.tls.mark !== "ok" || cells.tls.said === "plain")) return stage("TLS", source, cells.tls.mark === "bad" ? "failed" : "remark", cells.tls.full || cells.tls.said);
  if (cells.mail) return stage("TLS", source, "remark", "none was offered: in the clear");
  return stage("TLS", source, "left", "");
}

function envelope(rows: readonly Row[]): Stage {
  const source = "RFC 5321 §4.1.1.2–3: MAIL FROM and RCPT TO";
  const { mail, rcpt } = rows.at(-1)?.cells ?? {};
  if (mail && mail.mark !== "ok") return stage("Envelope", source, fault(mail), mail.full);
  if (!rcpt) return stage("Envelope", source, "left", "");
  return stage("Envelope", source, fault(rcpt), rcpt.mark === "ok" ? `taken: ${rcpt.said}` : rcpt.full);
}

function content(rows: readonly Row[]): Stage {
  const source = "RFC 5321 §4.1.1.4: DATA, and the reply to the final dot";
  const cell = rows.at(-1)?.cells.data;
  if (!cell) return stage("Data", source, "left", "");
  const last = cell.full.split("\n").at(-1)!;
  return last.startsWith("3") ? stage("Data", source, "now", last) : stage("Data", source, fault(cell), last);
}

const fault = (cell: Cell): Mark => (cell.mark === "ok" ? "done" : cell.mark === "warn" ? "remark" : "failed");

const OUTCOMES: Record<string, Mark> = { sent: "done", queued: "now", active: "now", deferred: "remark", held: "remark", cancelled: "remark", failed: "failed", expired: "failed", blocked: "failed" };
const GRAVITY: Mark[] = ["left", "done", "now", "remark", "failed"];

/** What became of the recipients: of those of this attempt, by what they are now. */
function result(path: Path, attempt: PathStep | null): Stage {
  const source = "RFC 5321 §4.2.1, RFC 3463, RFC 3464: the reply, and the report about it";
  const away = path.recipients.filter((each) => each.job !== null && (attempt === null || (each.job === attempt.job && domainOf(each.address) === attempt.domain)));
  if (away.length === 0) return path.recipients.every((each) => each.state === "stored") ? stage("Result", source, attempt ? "left" : "done", "in the mailboxes here") : stage("Result", source, "left", "");
  const marks = away.map((each) => OUTCOMES[each.state] ?? "left");
  const worst = GRAVITY[Math.max(...marks.map((mark) => GRAVITY.indexOf(mark)))]!;
  const states = [...new Set(away.map((each) => each.state))].map((state) => {
    const number = away.filter((each) => each.state === state).length;
    return away.length === 1 ? state : `${number} ${state}`;
  });
  const mixed = worst === "failed" && marks.includes("done");
  return stage("Result", source, mixed ? "remark" : worst, states.join(", "));
}

/** The domain of an address as DNS is asked for it. */
function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return domain;
  }
}

/** How a recipient stands, in one sentence. */
export function standing(each: Pick<PathRecipient, "state" | "code" | "enhanced" | "text" | "mta" | "attempts" | "uncertain">): string {
  const tried = each.attempts > 0 ? ` after ${plural(each.attempts, "attempt")}` : "";
  const said = [each.code, each.enhanced, each.text].filter((part) => part !== null && part !== "").join(" ");
  return `${each.state}${tried}${each.uncertain ? ", possible duplicate" : ""}${said ? `: ${said}` : ""}${said && each.mta ? ` (${each.mta})` : ""}`;
}

/** How long until a time, for a countdown: "in 12 s", "in 4 min 05 s", "due now". */
export function until(at: string, now: number): string {
  const seconds = Math.ceil((Date.parse(at) - now) / 1000);
  if (seconds <= 0) return "due now";
  if (seconds < 60) return `in ${seconds} s`;
  if (seconds < 3600) return `in ${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  if (seconds >= 48 * 3600) return `in ${Math.floor(seconds / 86_400)} days`;
  return `in ${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")} min`;
}

export interface Hop { from: string; by: string; with: string; delay: number | null; share: number; back: boolean }

/** The servers on the way before us, or on the way back to us; `share` is the part of the longest delay. */
export function hopsOf(path: Path): Hop[] {
  const found = path.steps.filter((step) => step.kind === "hop").map((step) => ({ data: step.events[0]?.data ?? {}, back: step.message !== null }));
  const delays = found.map(({ data }) => (typeof data.delay === "number" ? data.delay : null));
  const most = Math.max(1, ...delays.map((each) => each ?? 0));
  return found.map(({ data, back }, at) => ({ from: word(data.from), by: word(data.by), with: word(data.with), delay: delays[at]!, share: Math.max(0, delays[at] ?? 0) / most, back }));
}
