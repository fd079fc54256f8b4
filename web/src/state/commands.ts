/** What each command does. */
import { url } from "../api/client";
import type { CommandName } from "../lib/keys";
import { go, leave, listPath, messagePath, queuePath, route, TABS } from "../router";
import { bin, markAllRead, setRead, target, togglePin } from "./actions";
import { composing, helpOpen, releasing } from "./dialogs";
import { copyLink, copyWanted } from "./links";
import { indexOf, q, rowAt, total } from "./mailbox";
import { message, remoteAllowed } from "./message";
import { active, clear, extendTo, selectAll, selectedCount, toggle } from "./selection";
import { lastTab, sidebarShown } from "./settings";
import { toast, undo } from "./toasts";

/** What the components lend: scrolling to a row, the tabs and the width of the open mail. */
export interface Hands {
  reveal(id: string, focus: boolean): void;
  openTab(tab: (typeof TABS)[number]): void;
  nextWidth(): void;
}

const openId = (): string | null => (route.value.screen === "message" ? route.value.id : null);

/** Keys of the list mean nothing where there is no list. */
const LISTLESS: readonly CommandName[] = ["goInbox", "goUnread", "goBin", "goQueue", "search", "compose", "help", "sidebar", "undo", "close"];

export function commands(hands: Hands): (name: CommandName, event: KeyboardEvent | null) => boolean {
  const open = (id: string): true => {
    active.value = id;
    go(messagePath(id, q.value, lastTab.value === "html" ? null : lastTab.value), openId() !== null);
    hands.reveal(id, false);
    return true;
  };
  const step = (by: 1 | -1, opening: boolean): boolean => {
    const from = openId() ?? active.value;
    const known = from === null ? -1 : indexOf(from);
    const at = from === null || known < 0 ? 0 : known + by;
    const row = at < 0 || at >= total.value ? undefined : rowAt(at);
    if (!row) return true;
    if (opening || openId() !== null) open(row.id);
    else active.value = row.id;
    hands.reveal(row.id, true);
    return true;
  };
  const extend = (by: 1 | -1): boolean => {
    const from = active.value;
    if (from === null) return step(by, false);
    extendTo(from);
    const row = rowAt(indexOf(from) + by);
    if (row) active.value = row.id, extendTo(row.id), hands.reveal(row.id, true);
    return true;
  };
  const tab = (at: number): boolean => {
    const mail = message.value;
    const wanted = TABS[at]!;
    if (openId() === null || !mail) return false;
    if (mail.html !== null || !wanted.startsWith("html")) hands.openTab(wanted);
    return true;
  };
  const close = (): boolean => {
    if (selectedCount.value > 0) return clear(), true;
    const id = openId();
    if (route.value.screen === "sessions" && route.value.id !== null) return leave("/sessions"), true;
    if (id === null) return false;
    leave(listPath(q.value));
    active.value = id;
    requestAnimationFrame(() => hands.reveal(id, true));
    return true;
  };
  const to = (act: () => unknown): boolean => (act(), true);
  return (name, event) => {
    const target_ = event?.target instanceof Element ? event.target : null;
    const arrows = event !== null && /^(Arrow|Enter|Delete)/.test(event.key);
    if (arrows && target_?.closest("a, button, summary, .reader, .transcript, .scrolled, [role=tab], [role=separator]") && !target_.matches(".row")) return false;
    if ((route.value.screen === "sessions" || route.value.screen === "queue") && !LISTLESS.includes(name)) return false;
    switch (name) {
      case "next": return step(1, false);
      case "previous": return step(-1, false);
      case "openNext": return step(1, true);
      case "openPrevious": return step(-1, true);
      case "open": return active.value !== null && active.value !== openId() ? open(active.value) : false;
      case "close": return close();
      case "goInbox": return to(() => go(listPath("")));
      case "goUnread": return to(() => go(listPath("is:unread")));
      case "goQueue": return to(() => go(queuePath(null)));
      case "goBin": return to(() => go(listPath("is:binned")));
      case "search": return to(() => document.getElementById("search")?.focus());
      case "select": return active.value !== null || openId() !== null ? to(() => toggle((openId() ?? active.value)!)) : false;
      case "extendDown": return extend(1);
      case "extendUp": return extend(-1);
      case "selectAll": return to(selectAll);
      case "bin": return to(() => void bin(target()));
      case "undo": return undo() || to(() => toast("Nothing to undo"));
      case "read": return to(() => void setRead(target(), true));
      case "unread": return to(() => void setRead(target(), false));
      case "readAll": return to(() => void markAllRead());
      case "pin": return to(() => void togglePin(target()));
      case "compose": return to(() => (composing.value = true));
      case "release": return withMessage((id) => (releasing.value = id));
      case "copyWanted": return message.value !== null ? to(() => void copyWanted(message.value!)) : false;
      case "copyLink": return withMessage((id) => void copyLink(id));
      case "download": return withMessage(download);
      case "tab1": return tab(0);
      case "tab2": return tab(1);
      case "tab3": return tab(2);
      case "tab4": return tab(3);
      case "tab5": return tab(4);
      case "tab6": return tab(5);
      case "width": return openId() !== null ? to(hands.nextWidth) : false;
      case "remote": return openId() !== null && message.value?.html != null ? to(() => (remoteAllowed.value = !remoteAllowed.value)) : false;
      case "sidebar": return to(() => (sidebarShown.value = !sidebarShown.value));
      case "help": return to(() => (helpOpen.value = true));
    }
  };
}

function download(id: string): void {
  const link = document.createElement("a");
  link.href = url(`/v1/messages/${id}/raw`);
  link.download = `${id}.eml`;
  link.click();
}

function withMessage(act: (id: string) => void): boolean {
  const id = openId() ?? active.value;
  if (id !== null) act(id);
  return id !== null;
}
