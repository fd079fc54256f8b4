/** The shapes of the HTTP API, one name per thing in SQL, Python, JSON and here. Times are RFC 3339 UTC, sizes bytes. */

export interface Address { name: string; address: string }

export interface Summary {
  id: string;
  seq: number;
  received_at: string;
  size: number;
  mail_from: string;
  rcpt_to: string[];
  from: Address[];
  sender: Address[];
  reply_to: Address[];
  to: Address[];
  cc: Address[];
  bcc: Address[];
  subject: string;
  date: string | null;
  message_id: string | null;
  snippet: string;
  attachment_count: number;
  read: boolean;
  pinned: boolean;
  binned: boolean;
  tags: string[];
  inboxes: string[];
  session_id: string | null;
  parse_error: string | null;
}

export interface Recipient {
  address: string;
  params: Record<string, string>;
  route: "local" | "relay" | "blocked" | "none" | null;
  /** What says so, for people. */
  rule: string | null;
}

export interface Envelope {
  mail_from: string;
  mail_params: Record<string, string>;
  rcpt_to: Recipient[];
  helo: string | null;
  peer: string | null;
  tls: string | null;
  auth_user: string | null;
  listener: string | null;
  protocol: string;
}

export interface Header { name: string; value: string; raw: string }

export interface Attachment {
  number: string;
  filename: string;
  content_type: string;
  size: number;
  content_id: string | null;
  inline: boolean;
}

export interface Link { url: string; text: string; source: string; host: string; kind: string }

export interface Code { value: string; confidence: number; why: string[]; context: string }

export interface Message extends Summary {
  envelope: Envelope;
  headers: Header[];
  text: string;
  html: string | null;
  attachments: Attachment[];
  links: Link[];
  codes: Code[];
  /** The path, webroot included, at which the HTML may be shown in a frame; null without HTML. */
  frame: string | null;
}

export interface Page {
  messages: Summary[];
  total: number;
  unread: number;
  cursor: string;
}

export interface Counts {
  total: number;
  unread: number;
  pinned: number;
  binned: number;
  inboxes: { name: string; total: number; unread: number }[];
  recipients: { address: string; total: number; unread: number }[];
  cursor: string;
}

export interface SessionSummary {
  id: string;
  protocol: string;
  listener: string;
  peer: string;
  started_at: string;
  ended_at: string | null;
  helo: string | null;
  auth_user: string | null;
  tls: string | null;
  client: string | null;
  accepted: number;
  rejected: number;
  outcome: string | null;
}

export interface TranscriptLine { t_ms: number; direction: "C" | "S" | "*"; line: string; tls: boolean }

export interface Session extends SessionSummary {
  messages: string[];
  findings: string[];
  transcript: TranscriptLine[];
}

export interface Listener { host: string; port: number; tls: string }

export interface Info {
  version: string;
  database: string;
  webroot: string;
  smtp: Listener[];
  http: { url: string }[];
  pop3: Listener[];
  imap: Listener[];
  limits?: { max_message_size: number };
  relay?: { enabled: boolean; paused: boolean };
}

/** One fact of a step; what `data` holds goes by `kind`. */
export interface PathEvent { seq: number; t_ms: number; kind: string; data: Record<string, unknown> }

export interface PathStep {
  at: string;
  kind: "received" | "stored" | "decision" | "attempt" | "bounce" | "fetched" | "removed" | "hop";
  text: string;
  events: PathEvent[];
  ended_at: string | null;
  protocol: string | null;
  account: string | null;
  act: string | null;
  client: string | null;
  session_id: string | null;
  /** Another message that the step is about: a report, or this one come back. */
  message: string | null;
  job: string | null;
  /** The attempt, counted from 1 within its job. */
  n: number | null;
  domain: string | null;
}

export interface PathRecipient {
  address: string;
  original: string;
  route: "local" | "relay" | "blocked" | "none";
  rule: string | null;
  state: string;
  code: number | null;
  enhanced: string | null;
  text: string | null;
  stage: string | null;
  mta: string | null;
  attempts: number;
  next_at: string | null;
  uncertain: boolean;
  job: string | null;
  bounce: string | null;
}

export interface Path { recipients: PathRecipient[]; steps: PathStep[] }

export type EventKind = "added" | "changed" | "removed" | "reset" | "path" | "session" | "inbox";

export interface LogEvent { seq: number; kind: EventKind; id: string | null; summary?: Summary | null; at: string }

/** A problem document (RFC 9457); `position` and `suggestion` belong to a query that could not be read. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail?: string;
  position?: number;
  suggestion?: string | null;
}
