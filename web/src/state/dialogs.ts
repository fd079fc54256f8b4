/** Questions and help: at most one dialog at a time. */
import { signal } from "@preact/signals";

export interface Question { text: string; yes: string; danger: boolean; answer: (yes: boolean) => void }

export const question = signal<Question | null>(null);
export const helpOpen = signal(false);
export const menuOpen = signal(false);
export const composing = signal(false);
/** The message that is to be released. */
export const releasing = signal<string | null>(null);

export function ask(text: string, yes: string, danger = false): Promise<boolean> {
  return new Promise((resolve) => {
    question.value = {
      text, yes, danger,
      answer: (said) => {
        question.value = null;
        resolve(said);
      },
    };
  });
}
