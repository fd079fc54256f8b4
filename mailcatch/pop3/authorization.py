"""The commands before the login, and the login itself (RFC 1939 §4, §7; RFC 2449 §5; RFC 2595 §4; RFC 5034)."""

from __future__ import annotations

import time

from mailcatch import __version__
from mailcatch.auth import TRIES
from mailcatch.login import account_of, spelt
from mailcatch.pop3 import commands
from mailcatch.pop3.commands import Command, Unreadable
from mailcatch.pop3.maildrop import snapshot
from mailcatch.pop3.session import Session, State, handles
from mailcatch.sasl import MECHANISMS, Credentials, SaslCancelled, SaslError, encode, exchange
from mailcatch.wire import LineTooLong

CAPABILITIES = (
    "TOP",
    "UIDL",
    "USER",
    f"SASL {' '.join(MECHANISMS)}",
    "RESP-CODES",
    "AUTH-RESP-CODE",
    "PIPELINING",
    f"IMPLEMENTATION mailcatch-{__version__}",
)
"""What CAPA lists (RFC 2449 §6, RFC 3206 §6); STLS comes where it may be said."""

_LONGEST_USER = 255  # characters that are kept


@handles("CAPA", State.AUTHORIZATION, State.TRANSACTION)
async def capa(session: Session, command: Command) -> None:
    """List what can be done."""
    upgrade = ["STLS"] if session.state is State.AUTHORIZATION and session.connection.can_start_tls else []
    session.ok("this is what mailcatch can do")
    session.tell([*CAPABILITIES, *upgrade])


@handles("STLS", State.AUTHORIZATION)
async def stls(session: Session, command: Command) -> None:
    """Begin TLS."""
    if command.words:
        raise Unreadable("STLS takes nothing")
    if session.record.session.tls is not None:
        session.refuse("TLS is spoken already")
    elif not session.connection.can_start_tls:
        session.refuse("TLS is off; start mailcatch with --tls")
    else:
        await session.start_tls("+OK begin TLS")


@handles("USER", State.AUTHORIZATION)
async def user(session: Session, command: Command) -> None:
    """Take a name; whether it is good is said after the password."""
    session.user = command.text
    session.ok("and the password?")


@handles("PASS", State.AUTHORIZATION)
async def pass_(session: Session, command: Command) -> None:
    """Take the password, blanks and all, and log in."""
    if session.user is None:
        session.refuse("say USER first")
        return
    name, session.user = session.user, None
    await log_in(session, Credentials(name, command.text))


@handles("AUTH", State.AUTHORIZATION)
async def auth(session: Session, command: Command) -> None:
    """Log in by SASL; without a mechanism they are listed, as old clients ask."""
    words = command.words
    if not words:
        session.ok("these mechanisms")
        session.tell(list(MECHANISMS))
        return
    mechanism = words[0].decode("ascii", "replace").upper()
    if len(words) > 2:
        raise Unreadable("AUTH takes a mechanism and an initial response")
    if mechanism not in MECHANISMS:
        session.refuse(f"there is {' and '.join(MECHANISMS)}")
        return
    try:
        credentials = await _asked(session, mechanism, words[1] if len(words) == 2 else None)
    except SaslCancelled:
        session.refuse("as you wish")
    except SaslError as problem:
        session.refuse(str(problem))
    except LineTooLong:
        session.refuse("the line is too long")
    else:
        if credentials is not None:
            await log_in(session, credentials)


async def _asked(session: Session, mechanism: str, initial: bytes | None) -> Credentials | None:
    """Hold the exchange; None if the client has gone. Raises SaslError, SaslCancelled and LineTooLong."""
    dialogue = exchange(mechanism, initial)
    try:
        challenge = next(dialogue)
        while True:
            session.say(f"+ {encode(challenge).decode('ascii')}")
            response = await session.next_line()
            if response is None:
                return None
            session.record.transcript.client(b"*" if response == b"*" else commands.HIDDEN.encode())
            challenge = dialogue.send(response)
    except StopIteration as done:
        credentials: Credentials = done.value
        return credentials


async def log_in(session: Session, credentials: Credentials) -> None:
    """Check the password, open the account and take its snapshot."""
    services = session.services
    session.record.note(auth_user=credentials.user[:_LONGEST_USER])
    if not await services.authority.check(credentials, session.record.host):
        _wrong(session)
        return
    kind, name = await session.read(account_of, credentials.user, services.store)
    now = time.time_ns() // 1_000_000
    account = await session.write(services.inbox.mailboxes.open_account(kind, name, now))
    maildrop = await session.read(snapshot, services.store, account.number)
    session.log_in(maildrop, spelt((kind, name)))
    session.ok(f"{maildrop.count} messages ({maildrop.size} octets) of {spelt((kind, name))}")


def _wrong(session: Session) -> None:
    session.failures += 1
    session.refuse("user or password is wrong", "AUTH")
    session.record.refused()
    if session.failures >= TRIES:
        session.leave("refused: user or password was wrong too often")
