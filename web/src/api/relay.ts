/** The relay over HTTP: its state, its queue, and where mail for an address would go. */

export const STATES = ["queued", "active", "deferred", "held", "sent", "failed", "expired", "cancelled", "blocked"] as const;
export type State = (typeof STATES)[number];

export type Action = "retry" | "hold" | "cancel" | "bounce" | "requeue";

export interface RelayStatus {
  enabled: boolean;
  mode: "manual" | "auto";
  via: "mx" | "smarthost";
  paused: boolean;
  counts: Partial<Record<State, number>>;
  limits: { per_hour: number; per_day: number; rcpts: number; left_hour: number; left_day: number };
  allow: string[];
  deny: string[];
  redirect_to: string | null;
  /** What whoever sends for the first time should know. */
  notice: string | null;
  cursor: string;
}

export interface JobRecipient {
  address: string;
  original: string;
  state: State;
  attempts: number;
  next_at: string | null;
  code: number | null;
  enhanced: string | null;
  text: string | null;
  stage: string | null;
  mta: string | null;
  uncertain: boolean;
  bounce: string | null;
}

export interface Job {
  id: string;
  message: string | null;
  subject: string;
  sender: string;
  source: string;
  rule: string | null;
  created_at: string;
  expires_at: string;
  recipients: JobRecipient[];
}

export interface JobPage { jobs: Job[]; before: string | null }

export interface RouteHost { preference: number; name: string; addresses: { address: string; port: number; guarded: string | null }[]; flags: string[] }

export interface Route {
  decision: { asked: string; address: string; way: "local" | "relay" | "blocked" | "none"; rule: string };
  domain: string;
  hosts: RouteHost[];
  problem: string | null;
  code: number | null;
  enhanced: string | null;
}
