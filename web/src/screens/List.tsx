import { Problem } from "../api/client";
import { count } from "../lib/bytes";
import { bin, emptyBin, markAllRead, restore, setRead, togglePin } from "../state/actions";
import { counts } from "../state/counts";
import { loading, problem, q, reload, total } from "../state/mailbox";
import { clear, selectAll, selectedCount, selection } from "../state/selection";
import { viewName } from "../strings";
import { Button, IconButton } from "../ui/Button";
import { Failure } from "../ui/Failure";
import { Later } from "../ui/Later";
import { Grid } from "./Grid";
import { Welcome } from "./Welcome";

export function List() {
  const unreadable = problem.value instanceof Problem && problem.value.kind === "query-error";
  return (
    <section class="list" aria-label="Messages">
      <Toolbar />
      {loading.value === "failed" && !unreadable && problem.value
        ? <Failure what="The messages could not be fetched." error={problem.value} retry={() => void reload()} />
        : loading.value === "failed" ? <Unreadable />
        : loading.value === "first" ? <Skeletons />
        : total.value === 0 ? <Empty />
        : <Grid />}
    </section>
  );
}

function Toolbar() {
  const chosen = selectedCount.value;
  const all = loading.value === "ready" ? total.value : 0;
  return (
    <div class="toolbar" role="toolbar" aria-label={chosen > 0 ? "Selected messages" : "Messages"}>
      <span class="check">
        <input type="checkbox" aria-label="Select all" checked={chosen > 0 && chosen >= all} disabled={all === 0}
          ref={(box) => void (box && (box.indeterminate = chosen > 0 && chosen < all))} onChange={() => (chosen > 0 ? clear() : selectAll())} />
      </span>
      {chosen > 0 ? <Bulk /> : <Title all={all} />}
    </div>
  );
}

function Title({ all }: { all: number }) {
  const inBin = q.value === "is:binned";
  const unread = q.value === "" ? (counts.value?.unread ?? 0) : 0;
  return (
    <>
      <h1 class="toolbar-title">{viewName(q.value)}</h1>
      <span class="muted toolbar-count">
        {loading.value === "ready" ? count(all) : ""}{unread > 0 ? <span class="toolbar-unread"> · {count(unread)} unread</span> : null}
      </span>
      <span class="spring" />
      {!inBin && all > 0 && <IconButton icon="read" label="Mark all read" keys="Shift a" onClick={() => void markAllRead()} />}
      {inBin && all > 0 && <Button onClick={() => void emptyBin()}>Empty the Bin…</Button>}
    </>
  );
}

function Bulk() {
  const chosen = selectedCount.value;
  const inBin = q.value === "is:binned";
  const rest = selection.value.kind === "some" && chosen < total.value;
  return (
    <>
      <h1 class="visually-hidden">{viewName(q.value)}</h1>
      <strong class="toolbar-title">{count(chosen)} selected</strong>
      {rest && <button type="button" class="as-link hide-small" onClick={selectAll}>Select all {count(total.value)}{q.value ? " matching" : ""}</button>}
      <span class="spring" />
      <IconButton icon="read" label="Mark read" keys="Shift i" onClick={() => void setRead(selection.value, true)} />
      <IconButton icon="mail" label="Mark unread" keys="Shift u" onClick={() => void setRead(selection.value, false)} />
      <IconButton icon="pin" label="Pin" keys="s" onClick={() => void togglePin(selection.value)} />
      {inBin && <IconButton icon="restore" label="Take out of the Bin" onClick={() => void restore(selection.value)} />}
      <IconButton icon="bin" label={inBin ? "Delete for ever" : "Move to the Bin"} keys="#" onClick={() => void bin(selection.value)} />
      <IconButton icon="close" label="Clear the selection" onClick={clear} />
    </>
  );
}

const Skeletons = () => (
  <Later>
    <div class="skeletons" role="status" aria-label="Loading">
      {Array.from({ length: 14 }, (_, at) => <div key={at} class="skeleton" style={{ width: `${55 + ((at * 37) % 40)}%` }} />)}
    </div>
  </Later>
);

function Empty() {
  const here = q.value;
  if (here === "") return <Welcome />;
  const texts: Record<string, [string, string]> = {
    "is:unread": ["All read", "New mail shows up here as it arrives."],
    "is:pinned": ["Nothing pinned", "Pin a message with s: retention never deletes it."],
    "is:binned": ["The Bin is empty", "What you delete waits here until you empty the Bin."],
  };
  const [title, text] = texts[here] ?? ["Nothing matches", "The search stays open: matching mail appears as it arrives."];
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      <p>{text}</p>
    </div>
  );
}

const Unreadable = () => (
  <div class="empty">
    <p class="empty-title">This search cannot be read</p>
    <p>The search box shows where it goes wrong.</p>
  </div>
);

