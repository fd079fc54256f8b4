/** SMTP dialogues, also those that gave no message. */
import { signal } from "@preact/signals";
import { get } from "../api/client";
import type { LogEvent, Session, SessionSummary } from "../api/types";

const PAGE = 100;
const PAUSE = 300;

export const sessions = signal<SessionSummary[] | null>(null);
export const more = signal<string | null>(null);
export const refusedOnly = signal(false);
export const problem = signal<Error | null>(null);
export const session = signal<Session | null>(null);
export const sessionProblem = signal<Error | null>(null);

interface SessionPage { sessions: SessionSummary[]; before: string | null }

let watching = false;
let openId: string | null = null;

export async function loadSessions(refused: boolean): Promise<void> {
  watching = true;
  if (refusedOnly.value !== refused) sessions.value = null;
  refusedOnly.value = refused;
  try {
    const page = await get<SessionPage>("/v1/sessions", { limit: PAGE, rejected: refused ? "true" : undefined });
    if (refusedOnly.value !== refused) return;
    sessions.value = page.sessions;
    more.value = page.before;
    problem.value = null;
  } catch (error) {
    problem.value = error as Error;
  }
}

export async function loadMore(): Promise<void> {
  const refused = refusedOnly.value;
  try {
    const page = await get<SessionPage>("/v1/sessions", { limit: PAGE, before: more.value, rejected: refused ? "true" : undefined });
    sessions.value = [...(sessions.value ?? []), ...page.sessions];
    more.value = page.before;
  } catch (error) {
    problem.value = error as Error;
  }
}

export async function openSession(id: string | null): Promise<void> {
  openId = id;
  if (session.value?.id !== id) session.value = null;
  sessionProblem.value = null;
  if (id === null) return;
  try {
    const found = await get<Session>(`/v1/sessions/${encodeURIComponent(id)}`);
    if (openId === id) session.value = found;
  } catch (error) {
    if (openId === id) sessionProblem.value = error as Error;
  }
}

export function leaveSessions(): void {
  watching = false;
  openId = null;
}

/** The last refused dialogues, for the empty inbox: what a developer needs whose mail does not arrive. */
export const refused = signal<Session[]>([]);
let refusedWanted = false;

export async function watchRefused(wanted: boolean): Promise<void> {
  refusedWanted = wanted;
  if (!wanted) return;
  try {
    const page = await get<SessionPage>("/v1/sessions", { limit: 3, rejected: "true" });
    refused.value = await Promise.all(page.sessions.map((each) => get<Session>(`/v1/sessions/${each.id}`)));
  } catch {
    // The live state says that the server is away.
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;

export function sessionEvents(events: readonly LogEvent[]): void {
  if (!events.some((event) => event.kind === "session" || event.kind === "added" || event.kind === "reset")) return;
  timer ??= setTimeout(() => {
    timer = undefined;
    if (watching) void loadSessions(refusedOnly.value);
    if (openId !== null) void openSession(openId);
    if (refusedWanted) void watchRefused(true);
  }, PAUSE);
}
