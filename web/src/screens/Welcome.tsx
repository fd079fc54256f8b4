import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { url } from "../api/client";
import { address, RECIPES } from "../lib/recipes";
import { doors, PROGRAMS } from "../lib/programs";
import { lastRefusal } from "../lib/dialogue";
import { full, short } from "../lib/time";
import { sessionsPath } from "../router";
import { sendSample } from "../state/actions";
import { info } from "../state/info";
import { refused, watchRefused } from "../state/sessions";
import { program, recipe } from "../state/settings";
import { Button } from "../ui/Button";
import { Copy } from "../ui/Copy";
import { Icon } from "../ui/Icon";

/** The empty inbox: where to send mail, how, and what happened to mail that did not arrive. */
export function Welcome() {
  const now = info.value;
  useEffect(() => {
    void watchRefused(true);
    return () => void watchRefused(false);
  }, []);
  if (!now) return null;
  const at = address(now, location.hostname);
  const chosen = RECIPES.find((each) => each.id === recipe.value) ?? RECIPES[0]!;
  const text = chosen.text(at);
  return (
    <div class="welcome">
      <div class="welcome-inner">
        <h2 class="welcome-title">Waiting for the first mail</h2>
        <p class="welcome-lead">Point your app at this address. Every message lands here and goes no further.</p>
        <div class="welcome-address">
          <code>{at.host}<span class="muted">:</span>{at.port}</code>
          <Copy text={`${at.host}:${at.port}`} label="Copy the address" />
          <span class="spring" />
          <Button kind="main" onClick={() => void sendSample()}>Send me a sample</Button>
        </div>
        <p class="muted">SMTP, no encryption, no password; any user name and password are taken too.</p>
        <section class="recipes" aria-label="Settings for your framework">
          <div class="recipe-names" role="group" aria-label="Framework">
            {RECIPES.map((each) => (
              <button key={each.id} type="button" class="chip" aria-pressed={each.id === chosen.id} onClick={() => (recipe.value = each.id)}>{each.name}</button>
            ))}
          </div>
          <figure class="recipe">
            <figcaption><span class="muted">{chosen.file}</span><span class="spring" /><Copy text={text} label={`Copy the settings for ${chosen.name}`}>Copy</Copy></figcaption>
            <pre tabIndex={0} aria-label={`Settings for ${chosen.name}`}>{text}</pre>
          </figure>
        </section>
        <Programs />
        <Refused />
        <Nothing at={`${at.host}:${at.port}`} port={at.port} />
      </div>
    </div>
  );
}

/** How to read what was caught with a mail program. */
function Programs() {
  const now = info.value;
  if (!now || (now.imap.length === 0 && now.pop3.length === 0)) return null;
  const chosen = PROGRAMS.find((each) => each.id === program.value) ?? PROGRAMS[0]!;
  const text = chosen.text(doors(now, location.hostname));
  return (
    <details class="programs">
      <summary>Read it with a mail program</summary>
      <section class="recipes" aria-label="Settings for your mail program">
        <p class="muted">The user name chooses what is seen: <code>all</code>, an address, <code>@domain</code>, or an inbox. Any password will do.</p>
        <div class="recipe-names" role="group" aria-label="Mail program">
          {PROGRAMS.map((each) => (
            <button key={each.id} type="button" class="chip" aria-pressed={each.id === chosen.id} onClick={() => (program.value = each.id)}>{each.name}</button>
          ))}
        </div>
        <figure class="recipe">
          <figcaption><span class="muted">{chosen.file}</span><span class="spring" /><Copy text={text} label={`Copy the settings for ${chosen.name}`}>Copy</Copy></figcaption>
          <pre tabIndex={0} aria-label={`Settings for ${chosen.name}`}>{text}</pre>
        </figure>
      </section>
    </details>
  );
}

function Refused() {
  if (refused.value.length === 0) return null;
  return (
    <section class="welcome-refused" aria-label="Refused lately">
      <h3>Refused lately</h3>
      <ul class="sessions">
        {refused.value.map((each) => {
          const refusal = lastRefusal(each.transcript);
          return <li key={each.id}>
            <a class="session refused" href={url(sessionsPath(each.id))} data-inside>
              <Icon name="warn" />
              <span class="session-what">{refusal?.reply ?? each.outcome}</span>
              <span class="session-who muted">{each.helo ?? "no HELO"} · {each.peer}{refusal?.command ? ` · after ${refusal.command}` : ""}</span>
              <time class="time" dateTime={each.started_at} title={full(each.started_at)}>{short(each.started_at, new Date())}</time>
            </a>
          </li>;
        })}
      </ul>
    </section>
  );
}

function Nothing({ at, port }: { at: string; port: number }) {
  const open = useSignal(false);
  return (
    <details class="nothing" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>Nothing arrives?</summary>
      <ul>
        <li><strong>Does the app connect at all?</strong> Every connection is under <a href={url(sessionsPath(null))} data-inside>Sessions</a>, also those that gave no mail. None there: it talks to somebody else.</li>
        <li><strong>In a container</strong>, localhost is the container. Use <code>host.docker.internal:{port}</code>, or the service's name in Compose, and start mailcatch with <code>--host any</code>.</li>
        <li><strong>STARTTLS or SSL</strong> must be off: {at} speaks plain SMTP.</li>
        <li><strong>Django's tests</strong> keep mail in memory (<code>locmem</code>) whatever the settings say.</li>
        <li><strong>Workers</strong> (Celery, Sidekiq, queues) read their settings when they start: restart them.</li>
      </ul>
    </details>
  );
}
