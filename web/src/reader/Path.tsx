import { useSignal } from "@preact/signals";
import type { PathEvent, PathRecipient, PathStep } from "../api/types";
import { url } from "../api/client";
import { copy } from "../lib/copy";
import { COLUMNS, type Column, MARKS as CELL_MARKS, matrixOf, type Row, told } from "../lib/matrix";
import { attemptsOf, hopsOf, type Mark, MARKS, portBlocked, type Stage, stagesOf, standing, until } from "../lib/stepper";
import { asText, spoken } from "../lib/trace";
import { full, short, span } from "../lib/time";
import { messagePath, sessionsPath } from "../router";
import { useClock } from "../state/clock";
import { load, path, pathText, problem } from "../state/journey";
import { narrow } from "../state/media";
import { failed, toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { Copy } from "../ui/Copy";
import { Failure } from "../ui/Failure";
import { Icon } from "../ui/Icon";
import { Later } from "../ui/Later";

/** The whole way of a mail, live: where it is, every attempt with its dialogue, and who took it in the end. */
export function PathTab({ id }: { id: string }) {
  const way = path.value;
  const chosen = useSignal<string | null>(null);
  if (problem.value && !way) return <Failure what="The way of this mail could not be fetched." error={problem.value} retry={() => void load(id)} />;
  if (!way) return <Later><p class="muted panel-note" role="status">Loading…</p></Later>;
  const attempts = attemptsOf(way);
  const attempt = attempts.find((each) => keyOf(each) === chosen.value) ?? attempts.at(-1) ?? null;
  return (
    <div class="way scrolled" tabIndex={0} role="region" aria-label="The way of this mail">
      <div class="path-head">
        <Heading>{attempts.length === 0 ? "Where it is" : attempt === attempts.at(-1) ? "Where it is now" : `Where it was at attempt ${attempt!.n}`}</Heading>
        <span class="spring" />
        <Button title="The whole way, with every dialogue" onClick={() => void copyWay(id)}><Icon name="copy" />Copy as text</Button>
      </div>
      <Stepper stages={stagesOf(way, attempt)} />
      {portBlocked(attempt) && <Blocked />}
      <Recipients recipients={way.recipients} />
      {attempts.length > 0 && <Attempts attempts={attempts} shown={attempt!} choose={(each) => (chosen.value = keyOf(each))} />}
      {attempt && <Attempt key={keyOf(attempt)} attempt={attempt} />}
      <Hops />
      <Steps steps={way.steps} />
    </div>
  );
}

/** On a narrow page the subject is the first heading, else the second. */
const Heading = ({ children }: { children: preact.ComponentChildren }) => (narrow.value ? <h2 class="way-title">{children}</h2> : <h3 class="way-title">{children}</h3>);

const keyOf = (each: PathStep): string => `${each.job} ${each.n}`;

async function copyWay(id: string): Promise<void> {
  try {
    toast((await copy(await pathText(id))) ? "The way copied as text" : "It could not be copied");
  } catch (error) {
    failed(error);
  }
}

const Blocked = () => (
  <p class="notice warn path-notice" role="status">
    <Icon name="warn" />
    <span><strong>Your network blocks port 25.</strong> No server answered there, whichever it was: that is a rule of your provider or firewall, and no fault of the recipient's servers. A smart host (<code>--relay-via smarthost</code>) uses another port.</span>
  </p>
);

const SIGNS = { done: "check", remark: "warn", failed: "close", now: "sessions", left: "unread" } as const satisfies Record<Mark, string>;

function Stepper({ stages }: { stages: Stage[] }) {
  return (
    <ol class="stepper" aria-label="Stages">
      {stages.map((each) => (
        <li key={each.name} class={`stage ${each.mark}`} title={each.source} aria-current={each.mark === "now" ? "step" : undefined}>
          <span class="stage-sign"><Icon name={SIGNS[each.mark]} /></span>
          <span class="stage-name">{each.name}</span>
          <span class="stage-mark">{MARKS[each.mark]}</span>
          <span class="stage-said" title={each.said}>{each.said}</span>
          <span class="visually-hidden">{each.source}</span>
        </li>
      ))}
    </ol>
  );
}

const SHOWN = 50;

function Recipients({ recipients }: { recipients: PathRecipient[] }) {
  const clock = useClock(recipients.some((each) => each.next_at !== null));
  return (
    <section aria-label="Recipients of the way">
      <Heading>Recipients</Heading>
      <ul class="path-people">
        {recipients.slice(0, SHOWN).map((each) => (
          <li key={`${each.address} ${each.original}`}>
            <span class={`state ${each.state}`}>{each.state === "stored" ? "stored here" : each.state}</span>
            <span class="path-person">
              <strong>{each.address}</strong>
              {each.original !== each.address && <span class="muted"> instead of {each.original}</span>}
              <span class="muted"> {each.route === "none" ? "" : each.route}{each.rule ? ` by ${each.rule}` : ""}</span>
              {standing(each) !== each.state && <span class="path-said">{standing(each)}</span>}
              {each.next_at && <span class="path-next">Tried again <time dateTime={each.next_at} title={full(each.next_at)}>{until(each.next_at, clock)}</time>, at {short(each.next_at, new Date())}</span>}
              {each.bounce && <a href={url(messagePath(each.bounce, "", "text"))} data-inside>Read the bounce</a>}
            </span>
          </li>
        ))}
      </ul>
      {recipients.length > SHOWN && <p class="muted">and {recipients.length - SHOWN} more</p>}
    </section>
  );
}

/** The attempts of all jobs as a line of time; one of them is shown below. */
function Attempts({ attempts, shown, choose }: { attempts: PathStep[]; shown: PathStep; choose: (each: PathStep) => void }) {
  const scheduled = attempts.at(-1)?.events.findLast((event) => event.kind === "retry.scheduled")?.data.at;
  return (
    <section aria-label="Attempts">
      <Heading>Attempts</Heading>
      <ol class="timeline">
        {attempts.map((each) => (
          <li key={keyOf(each)}>
            <button type="button" class="try" aria-pressed={each === shown} onClick={() => choose(each)}>
              <span class="try-head"><strong>{each.n}</strong> {each.domain} <time class="muted" dateTime={each.at} title={full(each.at)}>{short(each.at, new Date())}</time></span>
              <span class="try-said">{each.ended_at === null ? "under way…" : `${each.text} · ${span(Date.parse(each.ended_at) - Date.parse(each.at))}`}</span>
            </button>
          </li>
        ))}
        {typeof scheduled === "number" && <Next at={new Date(scheduled).toISOString()} />}
      </ol>
    </section>
  );
}

function Next({ at }: { at: string }) {
  const clock = useClock(true);
  if (Date.parse(at) < clock - 60_000) return null;
  return <li class="try coming"><span class="try-head">Next <time dateTime={at} title={full(at)}>{until(at, clock)}</time></span><span class="try-said">{short(at, new Date())}</span></li>;
}

function Attempt({ attempt }: { attempt: PathStep }) {
  return (
    <>
      <Matrix rows={matrixOf(attempt.events)} />
      <section aria-label="Dialogue">
        <div class="path-head">
          <Heading>Dialogue of attempt {attempt.n} to {attempt.domain}</Heading>
          <span class="spring" />
          <Copy text={asText(attempt.events)} label="Copy this attempt">Copy this attempt</Copy>
        </div>
        <ol class="transcript boxed" tabIndex={0} aria-label="Dialogue with the servers">
          {attempt.events.map((event, at) => <Line key={event.seq} event={event} before={attempt.events[at - 1]} />)}
        </ol>
      </section>
    </>
  );
}

const SPEAKERS = { C: "client", S: "server", "*": "remark" } as const;

function Line({ event, before }: { event: PathEvent; before: PathEvent | undefined }) {
  const line = spoken(event);
  const gap = event.t_ms - (before?.t_ms ?? 0);
  return (
    <li class={`spoken ${SPEAKERS[line.who]}${line.bad ? " bad" : ""}`}>
      <span class="spoken-time" title={`${event.t_ms} ms after the start`}>{gap >= 1 ? `+${span(gap)}` : ""}</span>
      <span class="spoken-who" title={SPEAKERS[line.who]}>{line.who}<span class="visually-hidden"> {SPEAKERS[line.who]}: </span></span>
      <span class="spoken-line">{line.text || "\u00a0"}{line.tls && <span class="tls" title="encrypted">TLS</span>}</span>
    </li>
  );
}

const TITLES: Record<Column, string> = { connect: "Connect", banner: "Banner", ehlo: "EHLO", tls: "TLS", certificate: "Certificate", mail: "MAIL", rcpt: "RCPT", data: "DATA" };

function Matrix({ rows }: { rows: Row[] }) {
  if (rows.length === 0) return null;
  return (
    <section aria-label="Servers">
      <Heading>Servers</Heading>
      <div class="matrix scrolled" tabIndex={0} role="region" aria-label="Addresses that were tried">
        <table>
          <thead><tr><th scope="col">Address</th>{COLUMNS.map((name) => <th key={name} scope="col">{TITLES[name]}</th>)}</tr></thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at}>
                <th scope="row"><span class="matrix-host">{row.host}</span> <code>{row.address}{row.port !== null && row.port !== 25 ? `:${row.port}` : ""}</code>{row.next && <span class="matrix-next muted">{row.next}</span>}</th>
                {COLUMNS.map((name) => {
                  const cell = row.cells[name];
                  if (!cell) return <td key={name} class="muted"><span aria-hidden="true">·</span><span class="visually-hidden">not reached</span></td>;
                  return <td key={name} class={`cell ${cell.mark}`} title={told(cell)}><span class="visually-hidden">{CELL_MARKS[cell.mark]}: </span>{cell.said}{cell.ms !== null && <span class="cell-ms">{span(cell.ms)}</span>}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Servers that say in the header that they had it, each with how long it took from the one before. */
function Hops() {
  const hops = path.value ? hopsOf(path.value) : [];
  if (hops.length === 0) return null;
  return (
    <section aria-label="Hops">
      <Heading>Hops</Heading>
      <ol class="hops">
        {hops.map((each, at) => (
          <li key={at}>
            <span class="hop-name">{each.from || "?"} → {each.by || "?"} <span class="muted">{each.with}{each.back ? ", on the way back" : ""}</span></span>
            <meter class="hop-bar" min={0} max={1} value={each.share} aria-label={`Delay, as part of the longest: hop ${at + 1}`} />
            <span class="hop-delay">{each.delay === null ? "" : each.delay < 0 ? "clocks differ" : span(each.delay)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const KINDS: Record<PathStep["kind"], string> = {
  received: "Received", stored: "Stored", decision: "Decided", attempt: "Attempt", bounce: "Bounce", fetched: "Fetched", removed: "Removed", hop: "Hop",
};

function Steps({ steps }: { steps: PathStep[] }) {
  return (
    <section aria-label="Every step">
      <Heading>Every step</Heading>
      <ol class="steps">
        {steps.map((each, at) => (
          <li key={at} class={`step ${each.kind}`}>
            <time class="muted" dateTime={each.at} title={full(each.at)}>{short(each.at, new Date())}</time>
            <span class="step-kind">{KINDS[each.kind]}{each.n !== null && each.kind === "attempt" ? ` ${each.n}` : ""}</span>
            <span class="step-said">
              {each.text}
              {each.message && <> <a href={url(messagePath(each.message, "", null))} data-inside>{each.kind === "bounce" ? "Read the bounce" : "Open the copy"}</a></>}
              {each.session_id && <> <a href={url(sessionsPath(each.session_id))} data-inside>{each.kind === "received" ? "Dialogue" : "Session"}</a></>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
