/** How much room there is. */
import { type Signal, signal } from "@preact/signals";

function matches(query: string): Signal<boolean> {
  const media = matchMedia(query);
  const value = signal(media.matches);
  media.addEventListener("change", () => (value.value = media.matches));
  return value;
}

/** One pane at a time. */
export const narrow = matches("(max-width: 900px)");
/** Rows of two lines, for thumbs. */
export const small = matches("(max-width: 640px)");
