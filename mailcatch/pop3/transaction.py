"""The commands after the login (RFC 1939 §5, §6, §7)."""

from __future__ import annotations

from mailcatch.errors import NotFound
from mailcatch.pop3.commands import Command, one_number, optional_number, two_numbers
from mailcatch.pop3.content import Stuffing, Top
from mailcatch.pop3.maildrop import Entry, ranges_of
from mailcatch.pop3.session import Session, State, handles

PIECE = 256 << 10
"""Octets of a message that are read at a time."""


@handles("STAT", State.TRANSACTION)
async def stat(session: Session, command: Command) -> None:
    """Tell how many messages there are, and of how many octets."""
    session.ok(f"{session.maildrop.count} {session.maildrop.size}")


@handles("LIST", State.TRANSACTION)
async def list_(session: Session, command: Command) -> None:
    """Tell the size of one message or of each."""
    maildrop = session.maildrop
    number = optional_number(command)
    if number is not None:
        session.ok(f"{number} {maildrop.entry(number).size}")
        return
    session.ok(f"{maildrop.count} messages ({maildrop.size} octets)")
    session.tell([f"{entry.number} {entry.size}" for entry in maildrop])


@handles("UIDL", State.TRANSACTION)
async def uidl(session: Session, command: Command) -> None:
    """Tell the unique id of one message or of each."""
    maildrop = session.maildrop
    number = optional_number(command)
    if number is not None:
        session.ok(f"{number} {maildrop.unique_id(maildrop.entry(number))}")
        return
    session.ok("unique ids")
    session.tell([f"{entry.number} {maildrop.unique_id(entry)}" for entry in maildrop])


@handles("RETR", State.TRANSACTION)
async def retr(session: Session, command: Command) -> None:
    """Send a message."""
    await _send(session, session.maildrop.entry(one_number(command)), "RETR", None)


@handles("TOP", State.TRANSACTION)
async def top(session: Session, command: Command) -> None:
    """Send a message's header and the first lines of its body."""
    number, lines = two_numbers(command)
    await _send(session, session.maildrop.entry(number), "TOP", Top(lines))


@handles("DELE", State.TRANSACTION)
async def dele(session: Session, command: Command) -> None:
    """Mark a message as deleted; it goes at QUIT."""
    number = one_number(command)
    session.maildrop.delete(number)
    session.ok(f"message {number} goes at QUIT")


@handles("RSET", State.TRANSACTION)
async def rset(session: Session, command: Command) -> None:
    """Take all marks off."""
    session.maildrop.reset()
    session.ok(f"{session.maildrop.count} messages ({session.maildrop.size} octets)")


@handles("NOOP", State.TRANSACTION)
async def noop(session: Session, command: Command) -> None:
    """Do nothing."""
    session.ok("nothing done")


@handles("QUIT", State.AUTHORIZATION, State.TRANSACTION)
async def quit_(session: Session, command: Command) -> None:
    """Delete what is marked, and end (RFC 1939 §6): if that fails, the session ends all the same."""
    session.leave("QUIT")  # first: it holds also when deleting raises
    if session.has_maildrop and session.maildrop.deleted:
        await _delete(session)
    else:
        session.ok("goodbye")


async def _delete(session: Session) -> None:
    gone = session.maildrop.deleted
    for entry in gone:
        session.fetched(entry, "DELE")
    await session.write(session.services.inbox.mailboxes.drop(session.maildrop.mailbox.number, ranges_of(gone)))
    session.ok(f"goodbye, {len(gone)} messages deleted")


async def _send(session: Session, entry: Entry, act: str, cut: Top | None) -> None:
    """Send a message piece by piece. Raises NotFound if it is gone, as long as nothing of it was sent."""
    octets = session.services.store.octets
    try:
        piece = await session.read(octets, entry.message, 0, PIECE)
    except NotFound:
        session.refuse(f"message {entry.number} has been removed meanwhile")
        return
    session.fetched(entry, act)
    session.ok(f"{entry.size} octets" if cut is None else "the top of it")
    stuffing, position = Stuffing(), 0
    while True:
        position += len(piece)
        wanted = piece if cut is None else cut.feed(piece)
        await session.send(stuffing.feed(wanted))
        if not piece or position >= entry.size or (cut is not None and cut.done):
            break
        try:
            piece = await session.read(octets, entry.message, position, PIECE)
        except NotFound:
            await session.flush()
            session.record.end(f"message {entry.number} was removed while it was being sent")
            raise ConnectionAbortedError from None  # nothing that is said now would be taken for an answer
    await session.send(stuffing.end())
    session.record.transcript.remark(f"{position} octets of the message")
