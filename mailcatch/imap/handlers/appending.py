"""APPEND (RFC 3501 §6.3.11, RFC 4315): a client's own message, stored byte for byte in one folder."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mailcatch.imap import answers, commands
from mailcatch.imap.handlers.copying import target_of
from mailcatch.imap.outcome import Outcome
from mailcatch.imap.problem import Problem
from mailcatch.imap.registry import LOGGED_IN, registry
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import Envelope
from mailcatch.model import Session as Record
from mailcatch.store.api import NOWHERE, NewMessage

if TYPE_CHECKING:
    from mailcatch.imap.session import Session


@registry.handles(commands.Append, LOGGED_IN)
async def append(session: Session, command: commands.Append) -> Outcome:
    """Answer APPEND; the answer names the UID."""
    services = session.services
    target = await target_of(session, command.mailbox)
    if not command.message:
        raise Problem("a message has at least one octet", "NO", "CANNOT")
    services.inbox.check_room(len(command.message))
    message = await session.read(composed, command, session.wire.record)
    copied = await session.write(
        services.inbox.mailboxes.append(target.number, message, command.flags.bits, command.flags.keywords)
    )
    return Outcome("it is stored", answers.appended_code(copied))


def composed(command: commands.Append, record: Record) -> NewMessage:
    """Return what the store keeps of an appended message; INTERNALDATE is what the client says."""
    arrival = Arrival(
        raw=command.message,
        envelope=Envelope(
            mail_from="",
            rcpt_to=(),
            peer=record.peer,
            tls=record.tls,
            auth_user=record.auth_user,
            listener=record.listener,
            protocol="IMAP",
        ),
        origin="append",
        received_at=time.time_ns() // 1_000_000,
        session=record,
        destination=NOWHERE,
    )
    return replace(compose(arrival), internal_at=command.internal_at)
