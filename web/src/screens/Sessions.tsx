import { useEffect } from "preact/hooks";
import type { Session, SessionSummary, TranscriptLine } from "../api/types";
import { Problem, url } from "../api/client";
import { plural } from "../lib/bytes";
import { isRefusal, lastRefusal, tellingOutcome } from "../lib/dialogue";
import { full, short, span } from "../lib/time";
import { go, messagePath, sessionsPath } from "../router";
import { leaveSessions, loadMore, loadSessions, more, openSession, problem, session, sessionProblem, sessions } from "../state/sessions";
import { narrow } from "../state/media";
import { Button, IconButton } from "../ui/Button";
import { Copy } from "../ui/Copy";
import { Failure } from "../ui/Failure";
import { Icon } from "../ui/Icon";
import { Later } from "../ui/Later";

/** Every dialogue with a client, also those that gave no message; the refused ones stand out. */
export function Sessions({ id, refused }: { id: string | null; refused: boolean }) {
  useEffect(() => void loadSessions(refused), [refused]);
  useEffect(() => void openSession(id), [id]);
  useEffect(() => leaveSessions, []);
  return (
    <div class={id ? "panes split" : "panes"}>
      {!(narrow.value && id) && <Table id={id} refused={refused} />}
      {id && <Detail id={id} refused={refused} />}
    </div>
  );
}

function Table({ id, refused }: { id: string | null; refused: boolean }) {
  const rows = sessions.value;
  return (
    <section class="list" aria-label="Sessions">
      <div class="toolbar">
        <h1 class="toolbar-title">Sessions</h1>
        <span class="spring" />
        <label class="switch"><input type="checkbox" checked={refused} onChange={() => go(sessionsPath(id, !refused), true)} /> refused only</label>
      </div>
      {problem.value ? <Failure what="The sessions could not be fetched." error={problem.value} retry={() => void loadSessions(refused)} />
        : rows === null ? <Later><p class="muted panel-note" role="status">Loading…</p></Later>
        : rows.length === 0 ? <None refused={refused} />
        : (
          <div class="sessions-scroll">
            <ul class="sessions">{rows.map((each) => <Line key={each.id} each={each} open={each.id === id} refused={refused} />)}</ul>
            {more.value && <p class="panel-note"><Button onClick={() => void loadMore()}>Show older ones</Button></p>}
          </div>
        )}
    </section>
  );
}

const None = ({ refused }: { refused: boolean }) => (
  <div class="empty">
    <p class="empty-title">{refused ? "Nothing was refused" : "No client has connected yet"}</p>
    <p>{refused ? "Every dialogue so far ended well." : "Each connection shows up here with its whole dialogue, also when no mail came of it."}</p>
  </div>
);

function Line({ each, open, refused }: { each: SessionSummary; open: boolean; refused: boolean }) {
  return (
    <li>
      <a class={each.rejected > 0 ? "session refused" : "session"} href={url(sessionsPath(each.id, refused))} data-inside aria-current={open ? "true" : undefined}>
        <Icon name={each.rejected > 0 ? "warn" : each.ended_at ? "check" : "sessions"} />
        <span class="session-what">{outcome(each)}</span>
        <span class="session-who muted">{each.helo ?? "no HELO"} · {each.peer}{each.auth_user !== null ? ` · user ${each.auth_user}` : ""}</span>
        <time class="time" dateTime={each.started_at} title={full(each.started_at)}>{short(each.started_at, new Date())}</time>
      </a>
    </li>
  );
}

function outcome(each: SessionSummary): string {
  const parts = [each.accepted > 0 && `${plural(each.accepted, "message")} accepted`, each.rejected > 0 && `${each.rejected} refused`].filter(Boolean);
  const done = parts.length > 0 ? parts.join(", ") : "no message";
  return each.ended_at === null ? `${done}, still open` : each.rejected > 0 && tellingOutcome(each.outcome) ? `${done}: ${each.outcome}` : done;
}

function Detail({ id, refused }: { id: string; refused: boolean }) {
  const open = session.value;
  const missing = sessionProblem.value;
  return (
    <section class="reader" aria-label="Session">
      <div class="toolbar">
        <IconButton icon={narrow.value ? "back" : "close"} label="Back to the sessions" keys="u" onClick={() => go(sessionsPath(null, refused))} />
        <span class="spring" />
        {open && <Copy text={asText(open)} label="Copy the dialogue">Copy the dialogue</Copy>}
      </div>
      {missing
        ? (missing instanceof Problem && missing.status === 404
          ? <div class="empty"><h2 class="empty-title">This session is not here</h2><p>It was removed, or this address belongs to another database.</p></div>
          : <Failure what="The session could not be fetched." error={missing} retry={() => void openSession(id)} />)
        : open?.id === id ? <Dialogue open={open} /> : <Later><p class="muted panel-note" role="status">Loading…</p></Later>}
    </section>
  );
}

function Dialogue({ open }: { open: Session }) {
  const took = open.ended_at ? new Date(open.ended_at).getTime() - new Date(open.started_at).getTime() : null;
  const facts = [open.protocol, `on ${open.listener}`, open.tls, open.auth_user !== null && `user ${open.auth_user}`, took !== null && span(took)].filter(Boolean);
  const said = tellingOutcome(open.outcome) ?? lastRefusal(open.transcript)?.reply;
  const Heading = narrow.value ? "h1" : "h2";
  return (
    <div class="session-body">
      <div class="mail-head">
        <Heading class="mail-subject">{open.helo ?? "A client without a name"} <span class="muted">{open.peer}</span></Heading>
        <p><time dateTime={open.started_at}>{full(open.started_at)}</time> <span class="muted">· {facts.join(" · ")}</span></p>
        {said && <p class={open.rejected > 0 ? "outcome refused" : "outcome"}>{open.rejected > 0 && <Icon name="warn" />}{said}</p>}
        {open.findings.map((each) => <p key={each} class="notice warn"><Icon name="warn" />{each}</p>)}
        {open.messages.length > 0 && (
          <p class="session-mails">{open.messages.map((each, at) => <a key={each} class="attachment" href={url(messagePath(each, "", null))} data-inside><Icon name="mail" />Message {at + 1}</a>)}</p>
        )}
      </div>
      <ol class="transcript" tabIndex={0} aria-label="Dialogue">
        {open.transcript.map((line, at) => <Spoken key={at} line={line} before={open.transcript[at - 1]} />)}
      </ol>
    </div>
  );
}

const SPEAKERS = { C: "client", S: "server", "*": "remark" } as const;

function Spoken({ line, before }: { line: TranscriptLine; before: TranscriptLine | undefined }) {
  const bad = isRefusal(line);
  const gap = line.t_ms - (before?.t_ms ?? 0);
  return (
    <li class={`spoken ${SPEAKERS[line.direction]}${bad ? " bad" : ""}`}>
      <span class="spoken-time" title={`${line.t_ms} ms after the start`}>{gap >= 1 ? `+${span(gap)}` : ""}</span>
      <span class="spoken-who" title={SPEAKERS[line.direction]}>{line.direction}<span class="visually-hidden"> {SPEAKERS[line.direction]}: </span></span>
      <span class="spoken-line">{line.line || "\u00a0"}{line.tls && <span class="tls" title="encrypted">TLS</span>}</span>
    </li>
  );
}

const asText = (open: Session): string => open.transcript.map((line) => `${String(line.t_ms).padStart(6)} ${line.direction} ${line.line}`).join("\n");
