import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const AFTER = 150;

/** Shows its content only after 150 ms: what is quick never flashes. */
export function Later({ children, meanwhile = null }: { children: ComponentChildren; meanwhile?: ComponentChildren }) {
  const shown = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => (shown.value = true), AFTER);
    return () => clearTimeout(timer);
  }, []);
  return <>{shown.value ? children : meanwhile}</>;
}
