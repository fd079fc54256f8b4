import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { failed } from "../state/toasts";

/** A component whose code is fetched when it is first shown. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const found = signal<{ Part: ComponentType<P> } | null>(null);
  let asked = false;
  return function Lazy(props: P) {
    useEffect(() => {
      if (asked) return;
      asked = true;
      load().then((Part) => (found.value = { Part }), () => ((asked = false), failed(new Error("A part of the page could not be fetched. Is mailcatch still running?"))));
    }, []);
    if (found.value === null) return null;
    const { Part } = found.value;
    return <Part {...props} />;
  };
}
