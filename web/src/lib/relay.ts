/** What can be done with mail on its way out, and words for it. */
import { type Action, type Job, type JobRecipient, type RelayStatus, type Route, type State, STATES } from "../api/relay";
import { count } from "./bytes";

export const ACTIONS: Record<Action, { name: string; title: string }> = {
  retry: { name: "Try now", title: "Try now instead of at its time" },
  hold: { name: "Hold", title: "Keep it back until somebody asks for it again" },
  cancel: { name: "Cancel", title: "Do not send it" },
  bounce: { name: "Bounce", title: "Give up, and tell the sender" },
  requeue: { name: "Send again", title: "Put it into the queue anew" },
};

const POSSIBLE: Record<State, readonly Action[]> = {
  queued: ["retry", "hold", "cancel", "bounce"],
  active: ["cancel"],
  deferred: ["retry", "hold", "cancel", "bounce"],
  held: ["retry", "cancel", "bounce"],
  sent: [],
  failed: ["requeue"],
  expired: ["requeue"],
  cancelled: ["requeue"],
  blocked: ["requeue"],
};

export const actionsOf = (state: State): readonly Action[] => POSSIBLE[state] ?? [];

/** What can be done with several recipients at once: with more than one of them. */
export const actionsOfAll = (job: Job): Action[] =>
  (Object.keys(ACTIONS) as Action[]).filter((action) => job.recipients.filter((each) => actionsOf(each.state).includes(action)).length > 1);

/** Those recipients for whom an action means something. */
export const concerned = (job: Job, action: Action): string[] => job.recipients.filter((each) => actionsOf(each.state).includes(action)).map((each) => each.address);

/** States that somebody has, with how many, in the order of the way. */
export const present = (counts: RelayStatus["counts"]): [State, number][] => STATES.flatMap((state) => (counts[state] ? [[state, counts[state]] as [State, number]] : []));

/** How many are still to go. */
export const waiting = (counts: RelayStatus["counts"]): number => (["queued", "active", "deferred", "held"] as const).reduce((sum, state) => sum + (counts[state] ?? 0), 0);

/** Recipients, those in `state` first where one is asked for: the others of their jobs are of use too. */
export const ordered = (recipients: readonly JobRecipient[], state: State | null): JobRecipient[] =>
  state === null ? [...recipients] : [...recipients.filter((each) => each.state === state), ...recipients.filter((each) => each.state !== state)];

/** What the relay does, for the banner of every page. */
export function banner(status: Pick<RelayStatus, "mode" | "via" | "paused" | "counts">): string {
  const number = waiting(status.counts);
  const queue = number > 0 ? ` ${count(number)} in the queue.` : "";
  if (status.paused) return `The relay is paused: nothing leaves.${queue}`;
  const how = status.via === "smarthost" ? "through the smart host" : "to the servers of its recipients";
  return (status.mode === "auto" ? `The relay is on: mail to allowed recipients leaves by itself, ${how}.` : `The relay is on: what you release leaves this machine, ${how}.`) + queue;
}

const FLAGS: Record<string, string> = { "mx.implicit": "no MX: the domain itself", "mx.cname": "an alias", "mx.literal": "an address instead of a name", "mx.noaddress": "without address" };

/** A route as lines: who decided, then each host. `fine` is false where nothing would be sent. */
export function routeWords(route: Route): { fine: boolean; head: string; hosts: string[] } {
  const { decision } = route;
  const instead = decision.address !== decision.asked ? `goes to ${decision.address} instead; ` : "";
  const head = { relay: `allowed by ${decision.rule}`, local: `stays here: ${decision.rule}`, blocked: `not allowed: ${decision.rule}`, none: decision.rule || "nobody asked for it" }[decision.way];
  const hosts = route.hosts.map((host) => {
    const flags = host.flags.map((flag) => FLAGS[flag] ?? flag).join(", ");
    const addresses = host.addresses.map((each) => `${each.address}${each.port === 25 ? "" : `:${each.port}`}${each.guarded ? ` (guarded: ${each.guarded})` : ""}`).join(", ");
    return [`${host.preference} ${host.name}`, addresses || "no address", flags].filter(Boolean).join(" · ");
  });
  const problem = route.problem ? `; ${[route.code, route.enhanced, route.problem].filter(Boolean).join(" ")}` : "";
  return { fine: decision.way === "relay" && route.problem === null, head: instead + head + problem, hosts };
}
