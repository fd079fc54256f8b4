import { useEffect } from "preact/hooks";
import { url } from "../api/client";
import type { Job, JobRecipient, State } from "../api/relay";
import { count } from "../lib/bytes";
import { ACTIONS, actionsOf, actionsOfAll, concerned, ordered, present } from "../lib/relay";
import { standing, until } from "../lib/stepper";
import { full, short } from "../lib/time";
import { messagePath, queuePath } from "../router";
import { useClock } from "../state/clock";
import { info } from "../state/info";
import { act, jobs, leaveQueue, loadJobs, loadMore, more, problem, status } from "../state/relay";
import { subject } from "../strings";
import { Button } from "../ui/Button";
import { Failure } from "../ui/Failure";
import { Later } from "../ui/Later";

/** Mail on its way out, newest first, and what can be done with each recipient. */
export function Queue({ state }: { state: State | null }) {
  const on = info.value?.relay?.enabled ?? false;
  useEffect(() => void (on && loadJobs(state)), [state, on]);
  useEffect(() => leaveQueue, []);
  return (
    <div class="panes">
      <section class="list" aria-label="Queue">
        <div class="toolbar">
          <h1 class="toolbar-title">Queue</h1>
        </div>
        {info.value && !on ? <Off /> : <Jobs state={state} />}
      </section>
    </div>
  );
}

const Off = () => (
  <div class="empty">
    <p class="empty-title">The relay is off</p>
    <p>No mail leaves this machine. It needs <code>--relay</code>, and <code>--relay-allow</code> for those who may get mail.</p>
  </div>
);

function Jobs({ state }: { state: State | null }) {
  const all = jobs.value;
  if (problem.value) return <Failure what="The queue could not be fetched." error={problem.value} retry={() => void loadJobs(state)} />;
  return (
    <div class="queue scrolled" tabIndex={0} role="region" aria-label="Mail on its way out">
      <States state={state} />
      {all === null ? <Later><p class="muted panel-note" role="status">Loading…</p></Later>
        : all.length === 0 ? <div class="empty"><p class="empty-title">{state ? `Nobody is ${state}` : "Nothing is on its way"}</p><p>Release a mail with f, or by the arrow above it.</p></div>
        : <ul class="jobs">{all.map((each) => <One key={each.id} job={each} state={state} />)}</ul>}
      {all && all.length > 0 && more.value && <p class="panel-note"><Button onClick={() => void loadMore()}>Show older ones</Button></p>}
    </div>
  );
}

function States({ state }: { state: State | null }) {
  const counts = present(status.value?.counts ?? {});
  return (
    <nav class="recipe-names" aria-label="States">
      <a class="chip as-chip" href={url(queuePath(null))} data-inside aria-current={state === null ? "page" : undefined}>all</a>
      {counts.map(([name, number]) => <a key={name} class="chip as-chip" href={url(queuePath(name))} data-inside aria-current={state === name ? "page" : undefined}>{name} {count(number)}</a>)}
    </nav>
  );
}

function One({ job, state }: { job: Job; state: State | null }) {
  const together = actionsOfAll(job);
  return (
    <li class="job">
      <div class="job-head">
        <h2 class="job-subject">{job.message ? <a href={url(messagePath(job.message, "", "path"))} data-inside>{subject(job.subject)}</a> : <>{subject(job.subject)} <span class="muted">(deleted)</span></>}</h2>
        <span class="muted">{job.source === "auto" ? "relayed" : "released"} <time dateTime={job.created_at} title={full(job.created_at)}>{short(job.created_at, new Date())}</time>, from {job.sender || "<>"}</span>
        {together.length > 0 && (
          <span class="job-actions">
            {together.map((action) => <button key={action} type="button" class="button small" title={ACTIONS[action].title} onClick={() => void act(job.id, action, concerned(job, action))}>{ACTIONS[action].name}: all {concerned(job, action).length}</button>)}
          </span>
        )}
      </div>
      <ul class="path-people">{ordered(job.recipients, state).map((each) => <Person key={each.address} job={job} each={each} />)}</ul>
    </li>
  );
}

function Person({ job, each }: { job: Job; each: JobRecipient }) {
  const clock = useClock(each.next_at !== null);
  return (
    <li>
      <span class={`state ${each.state}`}>{each.state}</span>
      <span class="path-person">
        <strong>{each.address}</strong>{each.original !== each.address && <span class="muted"> instead of {each.original}</span>}
        {standing(each) !== each.state && <span class="path-said">{standing(each)}</span>}
        {each.next_at && <span class="path-next">Tried again <time dateTime={each.next_at} title={full(each.next_at)}>{until(each.next_at, clock)}</time>, at {short(each.next_at, new Date())}</span>}
        {each.bounce && <a href={url(messagePath(each.bounce, "", "text"))} data-inside>Read the bounce</a>}
        <span class="job-actions">
          {actionsOf(each.state).map((action) => (
            <button key={action} type="button" class="button small" title={ACTIONS[action].title} aria-label={`${ACTIONS[action].name}: ${each.address}`} onClick={() => void act(job.id, action, [each.address])}>{ACTIONS[action].name}</button>
          ))}
        </span>
      </span>
    </li>
  );
}
