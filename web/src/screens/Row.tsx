import type { Summary } from "../api/types";
import { url } from "../api/client";
import { plural } from "../lib/bytes";
import { recipients, sender } from "../lib/people";
import { full, short } from "../lib/time";
import { go, messagePath, route } from "../router";
import { q } from "../state/mailbox";
import { active, extendTo, isSelected, toggle } from "../state/selection";
import { lastTab } from "../state/settings";
import { subject } from "../strings";
import { Icon } from "../ui/Icon";

interface RowProps { index: number; top: number; focusable: boolean; opened: string | null; row: Summary | undefined }

/** One message; a row that is not known yet holds its place. */
export function Row({ index, top, focusable, opened, row }: RowProps) {
  const place = { transform: `translateY(${top}px)` };
  if (!row) return <div class="row unknown" role="row" aria-rowindex={index + 1} style={place}><span role="gridcell" class="row-blank">{" "}</span></div>;
  const chosen = isSelected(row.id);
  const kind = ["row", !row.read && "new", chosen && "chosen", row.id === opened && "opened", row.id === active.value && "active"].filter(Boolean).join(" ");
  const open = (event: MouseEvent): void => {
    const target = event.target as Element;
    if (target.closest(".check")) return;
    if (event.metaKey || event.ctrlKey || event.button !== 0) return;
    event.preventDefault();
    if (event.shiftKey) extendTo(row.id), getSelection()?.removeAllRanges();
    else active.value = row.id, go(messagePath(row.id, q.value, lastTab.value === "html" ? null : lastTab.value), route.value.screen === "message");
  };
  return (
    <div class={kind} role="row" aria-rowindex={index + 1} aria-selected={chosen} aria-current={row.id === opened ? "true" : undefined} data-id={row.id}
      tabIndex={focusable ? 0 : -1} style={place} onClick={open} onFocus={(event) => event.target === event.currentTarget && (active.value = row.id)}>
      <span role="gridcell" class="check">
        <label class="check-area">
          <input type="checkbox" tabIndex={-1} aria-label={`Select ${subject(row.subject)}`} checked={chosen}
            onClick={(event) => event.shiftKey && (event.preventDefault(), extendTo(row.id))} onChange={() => toggle(row.id)} />
        </label>
      </span>
      <span role="gridcell" class="people">
        {!row.read && <span class="visually-hidden">Unread, </span>}
        <span class="from">{sender(row)}</span>
        <span class="arrow" aria-hidden="true">→</span><span class="visually-hidden"> to </span>
        <To row={row} />
      </span>
      <span role="gridcell" class="what">
        <a class="subject" href={url(messagePath(row.id, q.value, null))} tabIndex={-1} draggable={false}>{subject(row.subject)}</a>
        <span class="snippet">{row.snippet}</span>
      </span>
      <span role="gridcell" class="marks">
        {row.tags.map((tag) => <span key={tag} class="tag">{tag}</span>)}
        {row.parse_error && <span title={row.parse_error}><Icon name="warn" label="Damaged" /></span>}
        {row.attachment_count > 0 && <Icon name="clip" label={plural(row.attachment_count, "attachment")} />}
        {row.pinned && <Icon name="pin" label="Pinned" fill />}
      </span>
      <span role="gridcell" class="time"><time dateTime={row.received_at} title={full(row.received_at)}>{short(row.received_at, new Date())}</time></span>
    </div>
  );
}

/** The true recipients; those that no header names are marked. */
function To({ row }: { row: Summary }) {
  const all = recipients(row);
  return (
    <span class="to" title={all.map((each) => each.address).join(", ")}>
      {all.slice(0, 3).map((each, at) => (
        <span key={each.address} class={each.hidden ? "hidden-to" : undefined}>
          {at > 0 ? ", " : ""}{each.address}{each.hidden ? <span class="visually-hidden"> (only in the envelope)</span> : null}
        </span>
      ))}
      {all.length > 3 ? ` +${all.length - 3}` : ""}
    </span>
  );
}
