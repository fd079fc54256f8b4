"""Jobs of the relay's queue: made, held, let go, taken back; what the limits count, and who did it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from mailcatch.errors import Conflict, NotFound
from mailcatch.ids import new_id
from mailcatch.store.relay_api import Act, Caps, Job, JobRecipient, NewJob
from mailcatch.store.relay_reads import DAY, PAUSED, is_paused, let_go, read_job
from mailcatch.store.rows import text_of
from mailcatch.store.transaction import Transaction
from mailcatch.trace import PENDING, State

SEEN = "relay_seen"

_NEVER = {"append": "It was appended by a mail client", "bounce": "It is a report that was made here"}
_FROM: Mapping[Act, frozenset[State]] = {
    "retry": frozenset({"queued", "deferred", "held"}),
    "hold": frozenset({"queued", "deferred", "active"}),
    "cancel": PENDING,
    "bounce": PENDING,
    "requeue": frozenset({"failed", "expired", "cancelled", "blocked"}),
}
"""From which states an act leads away."""

_encode = msgspec.json.Encoder().encode


def enqueue(transaction: Transaction, job: NewJob, caps: Caps, seen: int | None) -> Job:
    """Queue a message. Raises NotFound, and Conflict for mail that never leaves."""
    if seen is not None:
        set_meta(transaction, SEEN, str(seen))
    row = transaction.execute("SELECT seq, origin FROM messages WHERE id = ?", (job.message,)).fetchone()
    if row is None:
        raise NotFound(f"There is no message {job.message}.")
    message, origin = row
    if origin in _NEVER:
        raise Conflict(f"{_NEVER[origin]}, and is never relayed.")
    going = any(each.state == "queued" for each in job.recipients)
    over = _over(transaction, caps) if going else None
    if going and over is None:
        _count(transaction)
    id = new_id(job.created_at)
    (number,) = transaction.execute(
        "INSERT INTO relay_jobs (id, message, sender, source, rule, ret, envid, created_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
        (id, message, job.sender, job.source, job.rule, job.ret, job.envid, job.created_at, job.expires_at),
    ).fetchone()
    for each in job.recipients:
        held = each.state == "queued" and over is not None
        state: State = "held" if held else each.state
        transaction.execute(
            "INSERT OR IGNORE INTO relay_recipients (job, address, original, domain, notify, orcpt, next_at, state,"
            " text, let) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, each.address, each.original, each.domain, each.notify, each.orcpt,
                job.created_at if state == "queued" else None, state, over if held else each.text,
                int(state == "queued"),
            ),
        )  # fmt: skip
    audit(transaction, job.created_at, job.actor, "enqueue", {
        "job": id, "message": job.message, "source": job.source, "to": [each.address for each in job.recipients],
    })  # fmt: skip
    transaction.event("path", job.message)
    return read_job(transaction.connection, id)


def act(  # noqa: PLR0917 - who does what to whom, and when
    transaction: Transaction, id: str, what: Act, addresses: Sequence[str], now: int, caps: Caps, actor: str
) -> Job:
    """Do something with recipients, as far as their states allow. Raises NotFound and Conflict."""
    job = read_job(transaction.connection, id)
    unknown = set(addresses) - {each.address for each in job.recipients}
    if unknown:
        raise NotFound(f"{min(unknown)} is no recipient of this job.")
    meant = [each for each in job.recipients if not addresses or each.address in addresses]
    numbers = [each.number for each in meant if _may(transaction, each, what)]
    if not numbers:
        states = ", ".join(sorted({each.state for each in meant}))
        raise Conflict(f"Nobody is in a state for {what}: {states}.")
    _ACTS[what](transaction, job, numbers, now, caps)
    audit(transaction, now, actor, what, {"job": id, "to": [e.address for e in meant if e.number in numbers]})
    transaction.event("path", job.message)
    return read_job(transaction.connection, id)


def _may(transaction: Transaction, recipient: JobRecipient, what: Act) -> bool:
    """Tell whether an act is possible; one under way can be taken out of its attempt until the dot."""
    if recipient.state not in _FROM[what]:
        return False
    if recipient.state != "active":
        return True
    (phase,) = transaction.execute(
        "SELECT a.phase FROM relay_recipients r JOIN relay_attempts a ON a.number = r.attempt WHERE r.number = ?",
        (recipient.number,),
    ).fetchone()
    return bool(phase == "start")


def _retry(transaction: Transaction, job: Job, numbers: Sequence[int], now: int, caps: Caps) -> None:
    (counted,) = transaction.execute(
        "SELECT min(let) FROM relay_recipients WHERE number IN (SELECT value FROM json_each(?))",
        (text_of(list(numbers)),),
    ).fetchone()
    if not counted:
        _let_go(transaction, caps)
    _set(transaction, numbers, "state = 'queued', next_at = ?, let = 1", now)


def _requeue(transaction: Transaction, job: Job, numbers: Sequence[int], now: int, caps: Caps) -> None:
    _let_go(transaction, caps)
    _set(
        transaction, numbers,
        "state = 'queued', next_at = ?, attempts = 0, let = 1, code = NULL, enhanced = NULL, text = NULL,"
        " stage = NULL, mta = NULL", now,
    )  # fmt: skip
    lasting = now + job.expires_at - job.created_at
    transaction.execute("UPDATE relay_jobs SET expires_at = ? WHERE number = ?", (lasting, job.number))


def _hold(transaction: Transaction, job: Job, numbers: Sequence[int], now: int, caps: Caps) -> None:
    _set(transaction, numbers, "state = 'held', next_at = NULL, text = ?", "held by hand")


def _cancel(transaction: Transaction, job: Job, numbers: Sequence[int], now: int, caps: Caps) -> None:
    _set(transaction, numbers, "state = 'cancelled', next_at = NULL, text = ?", "cancelled by hand")


def _bounce(transaction: Transaction, job: Job, numbers: Sequence[int], now: int, caps: Caps) -> None:
    _set(
        transaction, numbers,
        "state = 'failed', next_at = NULL, code = 554, enhanced = '5.0.0', stage = NULL, mta = NULL, text = ?",
        "given up by hand",
    )  # fmt: skip


_ACTS = {"retry": _retry, "hold": _hold, "cancel": _cancel, "bounce": _bounce, "requeue": _requeue}


def _set(transaction: Transaction, numbers: Sequence[int], columns: str, value: object) -> None:
    transaction.execute(
        f"UPDATE relay_recipients SET {columns} WHERE number IN (SELECT value FROM json_each(?))",
        (value, text_of(list(numbers))),
    )


def set_paused(transaction: Transaction, paused: bool, now: int, actor: str) -> None:
    """Pause, or go on."""
    if is_paused(transaction.connection) != paused:
        set_meta(transaction, PAUSED, "1" if paused else "0")
        audit(transaction, now, actor, "pause" if paused else "resume", {})
        transaction.event("path", None)


def follow(transaction: Transaction, here: int) -> int:
    """Return from where auto mode goes on; where it never was, that is `here`, kept at once."""
    transaction.execute("INSERT OR IGNORE INTO meta (name, value) VALUES (?, ?)", (SEEN, str(here)))
    (value,) = transaction.execute("SELECT value FROM meta WHERE name = ?", (SEEN,)).fetchone()
    return int(value)


def seen(transaction: Transaction, seq: int | None) -> None:
    """Keep how far auto mode has read the log, or forget it; it never goes back."""
    if seq is None:
        transaction.execute("DELETE FROM meta WHERE name = ?", (SEEN,))
    else:
        set_meta(transaction, SEEN, str(max(seq, follow(transaction, seq))))


def set_meta(transaction: Transaction, name: str, value: str) -> None:
    """Keep a value under a name."""
    transaction.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def audit(transaction: Transaction, at: int, actor: str, what: str, data: Mapping[str, object]) -> None:
    """Keep who did what."""
    transaction.execute(
        "INSERT INTO relay_audit (at, actor, act, data) VALUES (?, ?, ?, ?)", (at, actor, what, _encode(data).decode())
    )


def _let_go(transaction: Transaction, caps: Caps) -> None:
    """Count one message more. Raises Conflict over a limit."""
    over = _over(transaction, caps)
    if over is not None:
        raise Conflict(over)
    _count(transaction)


def _over(transaction: Transaction, caps: Caps) -> str | None:
    """Name the limit that one message more would exceed."""
    hour, day = let_go(transaction.connection, transaction.at)
    if hour >= caps.per_hour:
        return f"relay.limits per_hour ({caps.per_hour}) is reached"
    if day >= caps.per_day:
        return f"relay.limits per_day ({caps.per_day}) is reached"
    return None


def _count(transaction: Transaction) -> None:
    transaction.execute("DELETE FROM relay_releases WHERE at < ?", (transaction.at - DAY,))
    transaction.execute("INSERT INTO relay_releases (at) VALUES (?)", (transaction.at,))
