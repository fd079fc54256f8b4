/** What this browser remembers: theme, sizes, habits. */
import { effect, type Signal, signal } from "@preact/signals";
import type { Tab } from "../router";

export function remembered<T>(name: string, initial: T): Signal<T> {
  const key = `mailcatch.${name}`;
  let start = initial;
  try {
    const stored = localStorage.getItem(key);
    if (stored !== null) start = JSON.parse(stored) as T;
  } catch {
    // Storage that is full, forbidden or of another version only costs the memory.
  }
  const value = signal(start);
  let first = true;
  effect(() => {
    const text = JSON.stringify(value.value);
    if (first) first = false;
    else {
      try {
        localStorage.setItem(key, text);
      } catch {
        // as above
      }
    }
  });
  return value;
}

export type Theme = "auto" | "light" | "dark";

export const theme = remembered<Theme>("theme", "auto");
export const openNewest = remembered("openNewest", false);
export const lastTab = remembered<Tab>("tab", "html");
export const listWidth = remembered("listWidth", 460);
export const sidebarShown = remembered("sidebar", true);
export const mailWidth = remembered<number | null>("mailWidth", null);
export const recipe = remembered("recipe", "smtplib");
export const program = remembered("program", "thunderbird");

effect(() => {
  const root = document.documentElement;
  if (theme.value === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme.value;
});
