/** Letting one mail out: to whom, and what would happen. */
import { signal } from "@preact/signals";
import { get, post } from "../api/client";
import type { Route } from "../api/relay";
import type { Message } from "../api/types";
import { addressOf, mailboxes } from "../lib/draft";
import { releasing } from "./dialogs";
import { loadStatus } from "./relay";
import { toast } from "./toasts";

const PAUSE = 350;
/** As many routes are asked for; the relay takes no more recipients by itself. */
const MOST = 10;

export interface Preview { address: string; route: Route | null; error: string | null }

export const mail = signal<Message | null>(null);
export const to = signal("");
export const previews = signal<Preview[]>([]);
export const refusal = signal<string | null>(null);
export const busy = signal(false);

let timer: ReturnType<typeof setTimeout> | undefined;
const known = new Map<string, Preview>();

export async function begin(id: string): Promise<void> {
  write("");
  known.clear();
  mail.value = null;
  void loadStatus();
  try {
    const found = await get<Message>(`/v1/messages/${encodeURIComponent(id)}`);
    if (releasing.value === id) mail.value = found;
  } catch (error) {
    refusal.value = (error as Error).message;
  }
}

/** The final recipients as they are written, each once. */
export const addresses = (): string[] => [...new Set(mailboxes(to.value).map((each) => addressOf(each) ?? each))];

export function write(text: string): void {
  to.value = text;
  refusal.value = null;
  clearTimeout(timer);
  timer = setTimeout(() => void look(), PAUSE);
}

export const add = (address: string): void => write([...new Set([...addresses(), address])].join(", "));

/** Ask for the route of each address that is whole, once. */
async function look(): Promise<void> {
  const wanted = addresses().filter((each) => addressOf(each) !== null).slice(0, MOST);
  await Promise.all(wanted.filter((each) => !known.has(each)).map(async (address) => {
    known.set(address, { address, route: null, error: null });
    show();
    try {
      known.set(address, { address, route: await post<Route>("/v1/relay/route", { address }), error: null });
    } catch (error) {
      known.set(address, { address, route: null, error: (error as Error).message });
    }
  }));
  show();
}

function show(): void {
  previews.value = addresses().slice(0, MOST).flatMap((each) => known.get(each) ?? []);
}

/** Release; whether it is on its way. Why not is then in `refusal`. */
export async function release(id: string): Promise<boolean> {
  if (busy.value) return false;
  const all = addresses();
  const wrong = all.find((each) => addressOf(each) === null);
  refusal.value = all.length === 0 ? "Say who is to get it." : wrong === undefined ? null : `“${wrong.slice(0, 80)}” is not an address.`;
  if (refusal.value !== null) return false;
  busy.value = true;
  try {
    await post(`/v1/messages/${encodeURIComponent(id)}/release`, { to: all });
    releasing.value = null;
    toast(`On its way to ${all.length === 1 ? all[0]! : `${all.length} recipients`}`);
    return true;
  } catch (error) {
    refusal.value = (error as Error).message;
    return false;
  } finally {
    busy.value = false;
  }
}
