/** The time, for countdowns: it goes on only while somebody looks at it. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const SECOND = 1000;

export const now = signal(Date.now());

let lookers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Follow the clock while a component is shown and `wanted`; gives milliseconds since 1970. */
export function useClock(wanted: boolean): number {
  useEffect(() => {
    if (!wanted) return;
    now.value = Date.now();
    if (lookers++ === 0) timer = setInterval(() => (now.value = Date.now()), SECOND);
    return () => void (--lookers === 0 && clearInterval(timer));
  }, [wanted]);
  return wanted ? now.value : now.peek();
}
