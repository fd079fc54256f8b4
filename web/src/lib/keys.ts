/** Keyboard commands: which key means what, in the order the help shows them. */

export interface Command { name: string; keys: readonly string[]; text: string; group: string }

export const COMMANDS = [
  { name: "next", keys: ["j", "ArrowDown"], text: "Next message", group: "Move" },
  { name: "previous", keys: ["k", "ArrowUp"], text: "Previous message", group: "Move" },
  { name: "open", keys: ["Enter", "o"], text: "Open", group: "Move" },
  { name: "close", keys: ["u", "Escape"], text: "Back to the list", group: "Move" },
  { name: "openNext", keys: ["n"], text: "Open the next one", group: "Move" },
  { name: "openPrevious", keys: ["p"], text: "Open the previous one", group: "Move" },
  { name: "goInbox", keys: ["g i"], text: "Go to the inbox", group: "Move" },
  { name: "goUnread", keys: ["g u"], text: "Go to unread", group: "Move" },
  { name: "goBin", keys: ["g b"], text: "Go to the Bin", group: "Move" },
  { name: "goQueue", keys: ["g q"], text: "Go to the queue", group: "Move" },
  { name: "search", keys: ["/"], text: "Search", group: "Move" },
  { name: "select", keys: ["x"], text: "Select", group: "Act" },
  { name: "extendDown", keys: ["J", "Shift+ArrowDown"], text: "Select downwards", group: "Act" },
  { name: "extendUp", keys: ["K", "Shift+ArrowUp"], text: "Select upwards", group: "Act" },
  { name: "selectAll", keys: ["* a"], text: "Select all", group: "Act" },
  { name: "bin", keys: ["#", "Delete"], text: "Move to the Bin", group: "Act" },
  { name: "undo", keys: ["z"], text: "Undo", group: "Act" },
  { name: "read", keys: ["I"], text: "Mark read", group: "Act" },
  { name: "unread", keys: ["U"], text: "Mark unread", group: "Act" },
  { name: "readAll", keys: ["A"], text: "Mark all read", group: "Act" },
  { name: "pin", keys: ["s"], text: "Pin", group: "Act" },
  { name: "compose", keys: ["c"], text: "Write a mail", group: "Act" },
  { name: "release", keys: ["f"], text: "Release: send it on", group: "Act" },
  { name: "copyWanted", keys: ["Y"], text: "Copy its code or link", group: "Act" },
  { name: "copyLink", keys: ["y"], text: "Copy the link", group: "Act" },
  { name: "download", keys: ["d"], text: "Download as .eml", group: "Act" },
  { name: "tab1", keys: ["1"], text: "HTML", group: "Look" },
  { name: "tab2", keys: ["2"], text: "Text", group: "Look" },
  { name: "tab3", keys: ["3"], text: "HTML source", group: "Look" },
  { name: "tab4", keys: ["4"], text: "Headers", group: "Look" },
  { name: "tab5", keys: ["5"], text: "Source", group: "Look" },
  { name: "tab6", keys: ["6"], text: "Path", group: "Look" },
  { name: "width", keys: ["w"], text: "Width of the mail", group: "Look" },
  { name: "remote", keys: ["i"], text: "Load remote content", group: "Look" },
  { name: "sidebar", keys: ["\\"], text: "Show or hide the sidebar", group: "Look" },
  { name: "help", keys: ["?"], text: "These keys", group: "Look" },
] as const satisfies readonly Command[];

export type CommandName = (typeof COMMANDS)[number]["name"];

export interface Press { key: string; shift: boolean; ctrl: boolean; alt: boolean; meta: boolean }

const byKey = new Map<string, CommandName>(COMMANDS.flatMap(({ name, keys }) => keys.map((key): [string, CommandName] => [key, name])));
const prefixes = new Set(COMMANDS.flatMap(({ keys }) => keys).filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]!));

/** Reads single keys and sequences of two ("g i", "* a") within a second and a half. */
export class KeyReader {
  private pending: string | null = null;
  private at = 0;

  /** Return the command a press completes, "pending" if it begins a sequence, null if it means nothing to us. */
  press(press: Press, now: number): CommandName | "pending" | null {
    if (press.ctrl || press.alt || press.meta || press.key === "Tab" || press.key === " ") return null;
    const key = press.shift && press.key.startsWith("Arrow") ? `Shift+${press.key}` : press.key;
    const prefix = now - this.at < 1500 ? this.pending : null;
    this.pending = null;
    if (prefix !== null) {
      const sequence = byKey.get(`${prefix} ${key}`);
      if (sequence) return sequence;
    }
    if (prefixes.has(key)) {
      this.pending = key;
      this.at = now;
      return "pending";
    }
    return byKey.get(key) ?? null;
  }
}

/** How a key is written for people. */
export function label(key: string): string {
  const names: Record<string, string> = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc", Delete: "Del" };
  if (/^[A-Z]$/.test(key)) return `Shift ${key.toLowerCase()}`;
  return key.replace("Shift+", "Shift ").replace(/Arrow(Down|Up)|Escape|Delete/, (each) => names[each] ?? each);
}
