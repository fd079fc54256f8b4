/** One attempt as a table: a row for each address that was dialled, a column for each thing that can go wrong there. */
import type { PathEvent } from "../api/types";
import { span } from "./time";

export const COLUMNS = ["connect", "banner", "ehlo", "tls", "certificate", "mail", "rcpt", "data"] as const;
export type Column = (typeof COLUMNS)[number];

/** ok; warn: it is not as it should be, or it is to be tried again; bad: refused for good, or not reached. */
export type Mark = "ok" | "warn" | "bad";

export interface Cell { mark: Mark; said: string; full: string; ms: number | null }

export interface Row { host: string; address: string; port: number | null; cells: Partial<Record<Column, Cell>>; next: string | null }

const VERBS: Record<string, Column> = { EHLO: "ehlo", HELO: "ehlo", STARTTLS: "tls", MAIL: "mail", RCPT: "rcpt", DATA: "data" };

export const word = (value: unknown): string => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
const ms = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** The code of a reply's line, and whether the reply ends with it (RFC 5321 §4.2.1). */
export function replied(line: string): { code: number; last: boolean } | null {
  const found = /^([2-5]\d\d)([ -]|$)/.exec(line);
  return found ? { code: Number(found[1]), last: found[2] !== "-" } : null;
}

const judged = (code: number): Mark => (code < 400 ? "ok" : code < 500 ? "warn" : "bad");

/** Reads the events of one attempt in their order. */
class Reading {
  readonly rows: Row[] = [];
  /** What was said and is not answered yet, the oldest first: MAIL and RCPT go out together. */
  private asked: (Column | null)[] = [];
  private lines: string[] = [];
  private last: Column | null = null;

  private get row(): Row | undefined {
    return this.rows.at(-1);
  }

  dial({ data }: PathEvent): void {
    this.rows.push({ host: word(data.host), address: word(data.address), port: ms(data.port), cells: {}, next: null });
    this.asked = [];
    this.lines = [];
    this.last = null;
  }

  set(column: Column, mark: Mark, said: string, full: string, took: number | null): void {
    if (this.row) this.row.cells[column] = { mark, said, full, ms: took };
  }

  say(line: string): void {
    const verb = line.split(" ", 1)[0]!.toUpperCase();
    if (verb !== ".") this.asked.push(VERBS[verb] ?? null);
  }

  body(): void {
    this.asked.push("data");
  }

  hear(line: string, took: number | null): void {
    const reply = replied(line);
    this.lines.push(line);
    if (reply === null || !reply.last) return;
    const full = this.lines.join("\n");
    this.lines = [];
    this.settle(this.asked.length > 0 ? this.asked.shift()! : this.row?.cells.banner ? this.last : "banner", reply.code, full, took);
  }

  private settle(column: Column | null, code: number, full: string, took: number | null): void {
    const cells = this.row?.cells;
    if (!cells || column === null) return;
    const before = cells[column];
    const mark = judged(code);
    this.last = column;
    if (column === "rcpt" && before) cells.rcpt = together(before, mark, code, full, took);
    else this.set(column, mark, String(code), before ? `${before.full}\n${full}` : full, before && took !== null ? (before.ms ?? 0) + took : took);
  }
}

/** Several recipients in one cell: how many were taken, and the worst of what was said. */
function together(before: Cell, mark: Mark, code: number, full: string, took: number | null): Cell {
  const all = `${before.full}\n${full}`;
  const codes = all.split("\n").map(replied).filter((each) => each?.last).map((each) => each!.code);
  const taken = codes.filter((each) => each < 400).length;
  const same = codes.every((each) => each === code);
  const worst: Mark = taken > 0 && taken < codes.length ? "warn" : mark;
  return { mark: worst, said: same ? `${code} × ${codes.length}` : `${taken} of ${codes.length}`, full: all, ms: took === null ? before.ms : Math.max(before.ms ?? 0, took) };
}

/** The table of an attempt. */
export function matrixOf(events: readonly PathEvent[]): Row[] {
  const reading = new Reading();
  for (const event of events) take(reading, event);
  return reading.rows;
}

function take(reading: Reading, event: PathEvent): void {
  const { kind, data } = event;
  switch (kind) {
    case "tcp.connect": return reading.dial(event);
    case "tcp.open": return reading.set("connect", "ok", "open", `connected${data.local ? ` from ${word(data.local)}` : ""}`, ms(data.ms));
    case "tcp.fail": return reading.set("connect", "bad", data.timeout === true ? "timeout" : "failed", word(data.error), ms(data.ms));
    case "guard.blocked": return reading.dial(event), reading.set("connect", "bad", "guarded", word(data.why), null);
    case "smtp.c": return reading.say(word(data.line));
    case "smtp.s": return reading.hear(word(data.line), ms(data.ms));
    case "smtp.body": return reading.body();
    case "tls.open": return secured(reading, data);
    case "tls.fail": return reading.set("tls", "bad", "failed", word(data.error), null);
    case "tls.fallback": return reading.set("tls", "warn", "plain", "without TLS this time, for the handshake failed before", null);
    case "next": {
      const row = reading.rows.at(-1);
      if (row) row.next = word(data.why);
    }
  }
}

function secured(reading: Reading, data: Record<string, unknown>): void {
  const verified = data.verified === true;
  reading.set("tls", "ok", word(data.version) || "open", [data.version, data.cipher].map(word).filter(Boolean).join(" "), null);
  const names = Array.isArray(data.names) ? data.names.map(word).join(", ") : "";
  const facts = [names && `for ${names}`, word(data.issuer) && `issued by ${word(data.issuer)}`, word(data.expires) && `until ${word(data.expires)}`].filter(Boolean);
  reading.set("certificate", verified ? "ok" : "warn", verified ? "verified" : "unverified", [verified ? "verified" : word(data.why), ...facts].filter(Boolean).join("; "), null);
}

export const MARKS: Record<Mark, string> = { ok: "good", warn: "with a remark", bad: "failed" };

/** A cell for a screen reader, a tooltip, and for text. */
export const told = (cell: Cell): string => `${MARKS[cell.mark]}: ${cell.full || cell.said}${cell.ms === null ? "" : `, ${span(cell.ms)}`}`;
