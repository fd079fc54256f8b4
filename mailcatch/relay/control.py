"""What the web may ask of the relay (`control.RelayControl`). Without relay it says so, and asks no DNS."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from mailcatch.control import RelayInfo
from mailcatch.errors import Conflict
from mailcatch.inbox.queue import Queue, now
from mailcatch.relay.jobs import released
from mailcatch.relay.policy import Policy
from mailcatch.relay.schedule import PROFILES
from mailcatch.relay_section import RelaySection
from mailcatch.store.api import Reader
from mailcatch.store.relay_api import Act, Job
from mailcatch.trace import ProbeResult, Route

if TYPE_CHECKING:
    from mailcatch.relay.asking import Asking

NOTICE = (
    "Nothing was sent yet. Most networks block port 25, and large receivers want a PTR record for your address and an"
    " SPF record that names it; probe an address first."
)


class Control:
    """The relay of one process; every call may come from any thread. `asking` is None where the relay is off."""

    def __init__(
        self, store: Reader, queue: Queue, section: RelaySection, policy: Policy, asking: Asking | None = None
    ) -> None:
        self._store = store
        self._queue = queue
        self._section = section
        self._policy = policy
        self._asking = asking

    @property
    def enabled(self) -> bool:
        """Whether mail may leave at all."""
        return self._policy.enabled

    def info(self) -> RelayInfo:
        """Return how the relay is set up and where its queue stands. Raises what reading raises."""
        section, state = self._section, self._store.relay_state(now())
        first = section.enabled and section.via == "mx" and not state.counts["sent"]
        return RelayInfo(
            enabled=section.enabled,
            mode=section.mode,
            via=section.via,
            profile=section.profile,
            paused=state.paused,
            counts=state.counts,
            allow=section.allow,
            deny=section.deny,
            redirect_to=section.redirect_to,
            per_hour=section.limit_per_hour,
            per_day=section.limit_per_day,
            left_hour=max(0, section.limit_per_hour - state.hour),
            left_day=max(0, section.limit_per_day - state.day),
            rcpts=section.limit_rcpts,
            notice=NOTICE if first else None,
            seq=state.seq,
        )

    def paused(self) -> bool:
        """Return whether the relay is paused. Raises what reading raises."""
        return self._store.relay_paused()

    def release(self, message: str, to: Sequence[str], *, actor: str) -> Future[Job]:
        """Queue a message for these recipients. Raises NotFound, and Conflict with the rule that forbids it."""
        schedule = PROFILES[self._section.profile]
        stored = self._store.message(message)
        job = released(stored, to, self._policy, schedule, self._section.limit_rcpts, now(), actor)
        return self._queue.enqueue(job)

    def act(self, job: str, act: Act, addresses: Sequence[str], *, actor: str) -> Future[Job]:
        """Do something with a job. Raises NotFound, and Conflict where a rule forbids to send again."""
        if act in {"retry", "requeue"}:
            if not self._policy.enabled:
                raise Conflict("relay.enabled is off: nothing is sent.")
            for each in self._store.relay_job(job).recipients:
                if not addresses or each.address in addresses:
                    self._check(each.address)
        return self._queue.act(job, act, addresses, actor=actor)

    def _check(self, address: str) -> None:
        decision = self._policy.decide(address)
        if decision.way != "relay":
            raise Conflict(f"<{address}> may not be relayed to: {decision.rule}.")

    def pause(self, *, paused: bool, actor: str) -> Future[None]:
        """Pause, or go on; kept over restarts."""
        return self._queue.pause(paused=paused, actor=actor)

    def route(self, address: str) -> Future[Route]:
        """Say where mail for an address would go; without relay that is the rule alone, and no DNS is asked."""
        if self._asking is not None:
            return self._asking.route(address)
        decision = self._policy.decide(address)
        answer: Future[Route] = Future()
        answer.set_result(Route(decision, address.rpartition("@")[2], problem=decision.rule))
        return answer

    def probe(self, address: str, *, actor: str) -> Future[ProbeResult]:
        """Ask the server of an address about it. Raises Conflict where the relay may not."""
        if self._asking is None:
            raise Conflict("relay.enabled is off: nothing is asked.")
        self._check(self._policy.decide(address).address)
        if self.paused():
            raise Conflict("the relay is paused: nothing is asked.")
        self._queue.note(actor, "probe", {"address": address}).result()
        return self._asking.probe(address)
