"""STARTTLS, AUTHENTICATE, LOGIN (RFC 3501 §6.2; SASL-IR, RFC 4959)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mailcatch.auth import TRIES
from mailcatch.imap import answers, commands
from mailcatch.imap.outcome import Outcome
from mailcatch.imap.problem import Problem
from mailcatch.imap.reader import Line
from mailcatch.imap.registry import State, registry
from mailcatch.login import account_of
from mailcatch.sasl import MECHANISMS, Credentials, SaslCancelled, SaslError, encode, exchange

if TYPE_CHECKING:
    from mailcatch.imap.session import Session


@registry.handles(commands.StartTls, State.NOBODY)
async def start_tls(session: Session, command: commands.StartTls) -> None:
    """Answer STARTTLS: the answer is the last word in the clear, and what came with the command is dropped."""
    if not session.wire.can_start_tls:
        raise Problem("there is no STARTTLS here")
    await session.wire.start_tls(answers.tagged(session.tag, "OK", "begin TLS now"))


@registry.handles(commands.Login, State.NOBODY)
async def login(session: Session, command: commands.Login) -> Outcome:
    """Answer LOGIN."""
    return await _enter(session, Credentials(command.user, command.password))


@registry.handles(commands.Authenticate, State.NOBODY)
async def authenticate(session: Session, command: commands.Authenticate) -> Outcome:
    """Answer AUTHENTICATE: PLAIN and LOGIN, with or without an initial response."""
    if command.mechanism not in MECHANISMS:
        raise Problem(f"there are {' and '.join(MECHANISMS)} to log in with", "NO", "CANNOT")
    return await _enter(session, await _credentials(session, command))


async def _credentials(session: Session, command: commands.Authenticate) -> Credentials:
    steps = exchange(command.mechanism, command.initial)
    try:
        challenge = next(steps)
        while True:
            challenge = steps.send(await _response(session, challenge))
    except StopIteration as ended:
        credentials: Credentials = ended.value
        return credentials
    except SaslCancelled as error:
        raise Problem("you gave up") from error
    except SaslError as error:
        raise Problem(str(error)) from error


async def _response(session: Session, challenge: bytes) -> bytes:
    session.wire.expect_line(secret=True)
    session.say(answers.challenge(encode(challenge)))
    event = await session.wire.next()
    if event is None:
        raise ConnectionResetError("the client closed the connection in AUTHENTICATE")
    if not isinstance(event, Line):
        raise Problem("that line is too long")
    return event.text.strip()


async def _enter(session: Session, credentials: Credentials) -> Outcome:
    """Open the account of who logs in (RFC 3501 §6.2.3); the answer names what can be asked from now on."""
    services = session.services
    if not await services.authority.check(credentials, session.wire.host):
        session.wire.refused()
        session.failed_logins += 1
        if session.failed_logins >= TRIES:
            session.wire.end("too many failed logins")
            session.leave("too many attempts to log in")
        raise Problem("this user and password are not known here", "NO", "AUTHENTICATIONFAILED")
    kind, name = await session.read(account_of, credentials.user, services.reader)
    now = time.time_ns() // 1_000_000
    session.wire.note(user=credentials.user)
    session.account = await session.write(services.inbox.mailboxes.open_account(kind, name, now))
    session.wire.allow_messages(services.section.max_message_size)
    return Outcome("welcome", answers.capability_code(session.capabilities))
