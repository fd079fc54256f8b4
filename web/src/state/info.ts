import { signal } from "@preact/signals";
import { get } from "../api/client";
import type { Info } from "../api/types";

export const info = signal<Info | null>(null);

export async function loadInfo(): Promise<void> {
  try {
    info.value = await get<Info>("/v1/info");
  } catch {
    // The list says what failed; what depends on this stays empty until the next start of the page.
  }
}
