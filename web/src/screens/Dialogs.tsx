import { COMMANDS, label } from "../lib/keys";
import { composing, helpOpen, menuOpen, question, releasing } from "../state/dialogs";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { lazy } from "../ui/lazy";
import { Sidebar } from "./Sidebar";

const Compose = lazy(async () => (await import("./Compose")).Compose);
const Release = lazy(async () => (await import("./Release")).Release);

export function Dialogs() {
  const asked = question.value;
  if (asked) {
    return (
      <Dialog key="question" title={asked.text} quiet onClose={() => asked.answer(false)} class="question">
        <p class="question-text">{asked.text}</p>
        <div class="question-buttons">
          <Button onClick={() => asked.answer(false)}>Cancel</Button>
          <Button kind={asked.danger ? "danger" : "main"} onClick={() => asked.answer(true)}>{asked.yes}</Button>
        </div>
      </Dialog>
    );
  }
  if (composing.value) return <Compose key="compose" />;
  if (releasing.value !== null) return <Release key={releasing.value} id={releasing.value} />;
  if (helpOpen.value) return <Keys />;
  if (menuOpen.value) {
    return (
      <Dialog key="menu" title="Mailboxes" class="drawer" onClose={() => (menuOpen.value = false)}>
        <div onClick={(event) => (event.target as Element).closest("a") && (menuOpen.value = false)}><Sidebar /></div>
      </Dialog>
    );
  }
  return null;
}

function Keys() {
  const groups = [...new Set(COMMANDS.map((each) => each.group))];
  return (
    <Dialog key="keys" title="Keyboard shortcuts" class="keys" onClose={() => (helpOpen.value = false)}>
      <div class="keys-groups">
        {groups.map((group) => (
          <section key={group} aria-label={group}>
            <h3>{group}</h3>
            <dl>
              {COMMANDS.filter((each) => each.group === group).map((each) => (
                <div key={each.name}>
                  <dt>{each.text}</dt>
                  <dd>{each.keys.map((key) => <kbd key={key}>{label(key)}</kbd>)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
