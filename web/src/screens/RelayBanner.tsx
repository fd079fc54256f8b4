import { url } from "../api/client";
import { banner } from "../lib/relay";
import { queuePath } from "../router";
import { pause, status } from "../state/relay";
import { Icon } from "../ui/Icon";

/** Stands on every page while mail may leave: nobody should have to look for that. */
export function RelayBanner() {
  const now = status.value;
  if (!now) return null;
  return (
    <section class={now.paused ? "relay-banner paused" : "relay-banner"} aria-label="Relay">
      <Icon name="up" />
      <span class="relay-said" role="status">{banner(now)}</span>
      <a href={url(queuePath(null))} data-inside>Queue</a>
      <button type="button" class="button small" onClick={() => void pause(!now.paused)}>{now.paused ? "Resume" : "Pause"}</button>
    </section>
  );
}
