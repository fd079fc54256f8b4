"""The worker, on a real store, before a scripted server: four at once, one for a domain."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.inbox import Inbox
from mailcatch.inbox.queue import Queue, now
from mailcatch.relay.guard import Guard
from mailcatch.relay.policy import Policy, read_rule
from mailcatch.relay.resolver import Servers
from mailcatch.relay.schedule import DEV, Schedule
from mailcatch.relay.settings import Settings
from mailcatch.relay.worker import Setup, Worker
from mailcatch.store.api import Store
from mailcatch.store.relay_api import Job
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message
from tests.lab.dns import ScriptedDns
from tests.lab.mta import Mta, Script
from tests.support.relay import CAPS, new_job

MX = "127.0.0.2"


class Bench:
    """A store, a queue, a DNS and a server."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.bus = Bus()
        self.store: Store = open_store(folder / "queue.db", self.bus)
        stack.callback(self.store.close)
        self.inbox = Inbox(self.store)
        stack.callback(self.inbox.close)
        self.queue = Queue(self.store, CAPS)
        self.dns = stack.enter_context(ScriptedDns(("127.0.0.1", 0)))
        self.mta = stack.enter_context(Mta(MX, Script(), port=0))

    def job(self, *to: str, raw: str = "text") -> Job:
        """Queue a message."""
        id = added(self.store.add(message(body=raw)))
        for domain in {each.rpartition("@")[2] for each in to}:
            self.dns.add(f"@ MX 10 mx\nmx A {MX}", domain)
        return self.queue.enqueue(new_job(id, *to, at=now())).result(20)

    @asynccontextmanager
    async def working(self, schedule: Schedule = DEV, hops: int = 50) -> AsyncIterator[None]:
        """Run the worker."""
        settings = Settings(
            helo="us.test",
            policy=Policy(enabled=True, allow=(read_rule("*.test"),)),
            guard=Guard((ip_network("127.0.0.0/8"),)),
            servers=Servers((self.dns.address[0],), self.dns.address[1]),
            mx_port=self.mta.address[1],
        )
        worker = Worker(self.store, self.inbox, self.queue, Setup(settings, schedule, hops))
        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(worker.run())
            try:
                yield
            finally:
                running.cancel()

    async def until(self, *states: str) -> list[Job]:
        """Wait until all recipients are in these states."""
        seq = 0
        while True:
            jobs = self.store.relay_jobs(limit=1000).jobs
            if all(to.state in states for job in jobs for to in job.recipients):
                return list(jobs)
            seq = await self.bus.changed(max(seq, self.bus.seq))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Set it all up."""
    with ExitStack() as stack:
        yield Bench(tmp_path, stack)


def test_jobs_are_brought_and_logged(bench: Bench, caplog: pytest.LogCaptureFixture):
    """Several domains, one line each in the log."""
    caplog.set_level(logging.INFO)

    async def main() -> list[Job]:
        async with bench.working():
            for number in range(6):
                bench.job(f"ann@far{number}.test")
            return await bench.until("sent")

    jobs = asyncio.run(main())
    assert len(bench.mta.mails) == len(jobs) == 6
    lines = [each for each in caplog.records if each.message == "relay attempt"]
    assert {(each.states, each.recipients) for each in lines} == {("sent", 1)}  # type: ignore[attr-defined]
    assert len(lines) == 6


def test_one_attempt_a_domain(bench: Bench):
    """Two jobs to one domain come one after the other, in their order."""

    async def main() -> None:
        bench.job("ann@far.test", raw="first")
        bench.job("ann@far.test", raw="second")
        async with bench.working():
            await bench.until("sent")

    asyncio.run(main())
    assert [b"first" in mail.raw for mail in bench.mta.mails] == [True, False]


def test_a_deferral_is_tried_again_until_it_expires(bench: Bench):
    """By the schedule; at the end the sender is told."""
    bench.mta.script = Script(rcpt={"ann": "450 4.2.1 not now"})
    job = bench.job("ann@far.test")
    quick = Schedule("quick", (1,), 1)

    async def main() -> None:
        async with bench.working(quick):
            await bench.until("deferred")

    asyncio.run(main())
    (recipient,) = bench.store.relay_job(job.id).recipients
    assert (recipient.state, recipient.code) == ("deferred", 450)
    events = bench.store.relay_attempt(job.id, 1).events
    assert events[-1].kind == "retry.scheduled"


def test_expired(bench: Bench):
    """What would be tried again only after its time is expired, and its sender is told."""
    bench.mta.script = Script(rcpt={"ann": "450 4.2.1 not now"})
    job = bench.job("ann@far.test")

    async def main() -> None:
        async with bench.working(Schedule("late", (10**10,), 1)):
            await bench.until("expired")
            while bench.store.relay_job(job.id).recipients[0].bounce is None:
                await bench.bus.changed(bench.bus.seq)

    asyncio.run(main())


def test_a_loop_is_not_brought(bench: Bench):
    """It fails before any connection."""
    job = bench.job("ann@far.test")

    async def main() -> None:
        async with bench.working(hops=0):
            await bench.until("failed")

    asyncio.run(main())
    assert bench.mta.talks == []
    assert bench.store.relay_job(job.id).recipients[0].enhanced == "5.4.6"
