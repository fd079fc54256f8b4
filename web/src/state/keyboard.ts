/** Keys pressed on the page or inside a mail lead to the same commands. */
import { type CommandName, KeyReader, type Press } from "../lib/keys";

const reader = new KeyReader();
let run: (name: CommandName, event: KeyboardEvent | null) => boolean = () => false;

export function onCommand(handler: typeof run): void {
  run = handler;
}

/** Act on a press; whether it meant something here. */
export function pressed(press: Press, event: KeyboardEvent | null = null): boolean {
  const command = reader.press(press, performance.now());
  if (command === null) return false;
  return command === "pending" || run(command, event);
}

const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable]";

export function listen(): void {
  addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented || event.isComposing || target?.closest(FIELDS) || document.querySelector("dialog[open]")) return;
    const { key, shiftKey: shift, ctrlKey: ctrl, altKey: alt, metaKey: meta } = event;
    if (pressed({ key, shift, ctrl, alt, meta }, event)) event.preventDefault();
  });
}
