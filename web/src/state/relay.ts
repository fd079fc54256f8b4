/** The relay's state and its queue, live: the log says when a mail's way has a new step. */
import { effect, signal } from "@preact/signals";
import { get, post, put } from "../api/client";
import type { Action, Job, JobPage, RelayStatus, State } from "../api/relay";
import { ACTIONS } from "../lib/relay";
import { info } from "./info";
import { live, walked } from "./mailbox";
import { announce, failed, toast } from "./toasts";

const PAGE = 50;
const MOST = 500;
const PAUSE = 200;

/** null as long as it is not known, and while the relay is off. */
export const status = signal<RelayStatus | null>(null);
export const jobs = signal<Job[] | null>(null);
export const more = signal<string | null>(null);
export const problem = signal<Error | null>(null);
export const filter = signal<State | null>(null);

let watching = false;
let timer: ReturnType<typeof setTimeout> | undefined;

export async function loadStatus(): Promise<void> {
  if (!info.peek()?.relay?.enabled) return;
  try {
    const now = await get<RelayStatus>("/v1/relay");
    status.value = now.enabled ? now : null;
  } catch {
    // The live state says that the server is away.
  }
}

export async function loadJobs(state: State | null): Promise<void> {
  if (filter.value !== state) jobs.value = null;
  filter.value = state;
  watching = true;
  try {
    // What was shown stays shown, as far as one page may be.
    const page = await get<JobPage>("/v1/relay/jobs", { state, limit: Math.min(MOST, Math.max(PAGE, jobs.peek()?.length ?? 0)) });
    if (filter.value !== state) return;
    jobs.value = page.jobs;
    more.value = page.before;
    problem.value = null;
  } catch (error) {
    problem.value = error as Error;
  }
}

export async function loadMore(): Promise<void> {
  const state = filter.value;
  try {
    const page = await get<JobPage>("/v1/relay/jobs", { state, limit: PAGE, before: more.value });
    if (filter.value !== state) return;
    const known = new Set(jobs.value?.map((each) => each.id));
    jobs.value = [...(jobs.value ?? []), ...page.jobs.filter((each) => !known.has(each.id))];
    more.value = page.before;
  } catch (error) {
    failed(error);
  }
}

export const leaveQueue = (): void => void (watching = false);

/** Do something with recipients of a job; what came of it comes back by the log. */
export async function act(job: string, action: Action, addresses: readonly string[]): Promise<void> {
  try {
    await post(`/v1/relay/jobs/${encodeURIComponent(job)}/${action}`, { to: addresses });
    announce(`${ACTIONS[action].name}: ${addresses.join(", ")}`);
    refresh();
  } catch (error) {
    failed(error);
  }
}

export async function pause(paused: boolean): Promise<void> {
  try {
    await put("/v1/relay", { paused });
    if (status.value) status.value = { ...status.value, paused };
    toast(paused ? "The relay is paused" : "The relay goes on");
    refresh();
  } catch (error) {
    failed(error);
  }
}

/** Many steps at once are one question. */
export function refresh(): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    void loadStatus();
    if (watching) void loadJobs(filter.value);
  }, PAUSE);
}

walked.subscribe((ids) => void (ids.length > 0 && refresh()));
effect(() => void (info.value?.relay?.enabled && live.state.value.kind === "live" && refresh()));
