"""The relay's queue on SQLite: RelayStore."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from mailcatch.store import relay_attempts, relay_jobs, relay_reads
from mailcatch.store.readers import Readers
from mailcatch.store.relay_api import (
    Act,
    Audited,
    Caps,
    Claims,
    Job,
    JobPage,
    NewJob,
    RelayState,
    Settled,
    WholeAttempt,
)
from mailcatch.store.tally import State as LogState
from mailcatch.store.writer import Writer
from mailcatch.trace import State, TraceEvent


class SqliteRelay:
    """The calls of RelayStore, for a store that has a writer and readers."""

    _readers: Readers
    _writer: Writer
    _state: LogState

    # Reading

    def relay_state(self, now: int) -> RelayState:
        seq = self._state.seq
        with self._readers.read_kept() as connection:
            return relay_reads.read_state(connection, now, seq)

    def relay_paused(self) -> bool:
        with self._readers.read_kept() as connection:
            return relay_reads.is_paused(connection)

    def relay_has_left(self) -> bool:
        with self._readers.read_kept() as connection:
            return relay_reads.has_left(connection)

    def relay_jobs(self, *, state: State | None = None, limit: int = 50, before: int | None = None) -> JobPage:
        seq = self._state.seq
        with self._readers.read_kept() as connection:
            return relay_reads.read_jobs(connection, state, limit, before, seq)

    def relay_job(self, id: str) -> Job:
        with self._readers.read_kept() as connection:
            return relay_reads.read_job(connection, id)

    def relay_jobs_of(self, message: str) -> tuple[Job, ...]:
        with self._readers.read_kept() as connection:
            return relay_reads.read_jobs_of(connection, message)

    def relay_attempt(self, job: str, n: int) -> WholeAttempt:
        with self._readers.read_kept() as connection:
            return relay_reads.read_attempt(connection, job, n)

    def relay_audit(self, limit: int = 100) -> tuple[Audited, ...]:
        with self._readers.read_kept() as connection:
            return relay_reads.read_audit(connection, limit)

    # Writing

    def relay_enqueue(self, job: NewJob, caps: Caps, seen: int | None = None) -> Future[Job]:
        return self._writer.submit(lambda transaction: relay_jobs.enqueue(transaction, job, caps, seen))

    def relay_follow(self, here: int) -> Future[int]:
        return self._writer.submit(lambda transaction: relay_jobs.follow(transaction, here))

    def relay_seen(self, seq: int | None) -> Future[None]:
        return self._writer.submit(lambda transaction: relay_jobs.seen(transaction, seq))

    def relay_claim(self, now: int, busy: Sequence[str], limit: int) -> Future[Claims]:
        return self._writer.submit(lambda transaction: relay_attempts.claim(transaction, now, busy, limit))

    def relay_dot(self, attempt: int) -> Future[None]:
        return self._writer.submit(lambda transaction: relay_attempts.dot(transaction, attempt))

    def relay_trace(self, attempt: int, events: Sequence[TraceEvent]) -> Future[None]:
        return self._writer.submit(lambda transaction: relay_attempts.add_trace(transaction, attempt, events))

    def relay_end(
        self, attempt: int, settled: Sequence[Settled], verdict: str, events: Sequence[TraceEvent], now: int
    ) -> Future[None]:
        return self._writer.submit(
            lambda transaction: relay_attempts.end(transaction, attempt, settled, verdict, events, now)
        )

    def relay_act(
        self, job: str, act: Act, addresses: Sequence[str], now: int, caps: Caps, *, actor: str
    ) -> Future[Job]:
        return self._writer.submit(
            lambda transaction: relay_jobs.act(transaction, job, act, addresses, now, caps, actor)
        )

    def relay_recover(self, now: int) -> Future[int]:
        return self._writer.submit(lambda transaction: relay_attempts.recover(transaction, now))

    def relay_pause(self, paused: bool, now: int, *, actor: str) -> Future[None]:
        return self._writer.submit(lambda transaction: relay_jobs.set_paused(transaction, paused, now, actor))

    def relay_note(self, now: int, actor: str, act: str, data: Mapping[str, object]) -> Future[None]:
        return self._writer.submit(lambda transaction: relay_jobs.audit(transaction, now, actor, act, data))
