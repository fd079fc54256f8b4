/** A trace in words, one line for each event, as the server writes it into text. */
import type { PathEvent } from "../api/types";
import { replied, word } from "./matrix";

export interface Spoken { who: "C" | "S" | "*"; text: string; bad: boolean; tls: boolean; t_ms: number }

const SLOW = 1000;

/** Control characters that a server sent are spelt out. */
const safe = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, "0")}`);

function value(of: unknown): string {
  if (Array.isArray(of)) return of.map(value).join(", ");
  if (of !== null && typeof of === "object") return Object.values(of).map(value).join(" ");
  return of === true ? "yes" : String(of);
}

const facts = (data: Record<string, unknown>): string =>
  Object.entries(data).filter(([, each]) => each !== null && each !== "" && each !== false && !(Array.isArray(each) && each.length === 0))
    .map(([name, each]) => `${name} ${value(each)}`).join(" · ");

const REMARKS: Record<string, (data: Record<string, unknown>) => string> = {
  "tcp.connect": (data) => `connecting to ${word(data.host)} [${word(data.address)}]:${word(data.port)}`,
  "tcp.open": (data) => `connected after ${word(data.ms)} ms`,
  "tcp.fail": (data) => `not connected after ${word(data.ms)} ms: ${word(data.error)}`,
  "tls.open": (data) => `${word(data.version)} ${word(data.cipher)}, ${data.verified === true ? "verified" : `not verified: ${word(data.why) || "unknown"}`}`,
  "tls.fail": (data) => `TLS failed: ${word(data.error)}`,
  "tls.fallback": () => "without TLS this time: the handshake failed before",
  "retry.scheduled": (data) => `again at ${typeof data.at === "number" ? new Date(data.at).toISOString() : word(data.at)} · ${value(data.addresses ?? [])}`,
  "verdict": (data) => word(data.text),
};

/** One event as a line of the dialogue: the client's, the server's, or a remark. */
export function spoken({ kind, data, t_ms }: PathEvent): Spoken {
  const tls = data.tls === true;
  if (kind === "smtp.c") return { who: "C", text: safe(word(data.line)), bad: false, tls, t_ms };
  if (kind === "smtp.body") return { who: "C", text: `(${word(data.bytes)} bytes, sha256 ${word(data.sha256).slice(0, 16)}…)`, bad: false, tls, t_ms };
  if (kind === "smtp.s") {
    const waited = typeof data.ms === "number" && data.ms >= SLOW ? `    (waited ${(data.ms / 1000).toFixed(1)} s)` : "";
    return { who: "S", text: safe(word(data.line)) + waited, bad: (replied(word(data.line))?.code ?? 0) >= 400, tls, t_ms };
  }
  const remark = REMARKS[kind];
  const bad = kind === "tcp.fail" || kind === "tls.fail" || kind === "guard.blocked" || data.blocked_port === true;
  return { who: "*", text: safe(remark ? remark(data) : `${kind}  ${facts(data)}`), bad, tls: false, t_ms };
}

const ARROWS = { C: "->", S: "<-", "*": "**" } as const;

/** The whole attempt, to paste into a ticket. */
export const asText = (events: readonly PathEvent[]): string =>
  events.map(spoken).map((each) => `${(each.t_ms / 1000).toFixed(3).padStart(8)}  ${ARROWS[each.who]} ${each.text}\n`).join("");
