"""Commands of every state: CAPABILITY, NOOP, ID, LOGOUT; and ENABLE, NAMESPACE, CHECK, which only answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailcatch import __version__
from mailcatch.imap import answers, commands
from mailcatch.imap.outcome import Outcome
from mailcatch.imap.registry import ANY, LOGGED_IN, State, registry

if TYPE_CHECKING:
    from mailcatch.imap.session import Session

_LONGEST_CLIENT = 200  # characters kept of what a client says of itself


@registry.handles(commands.Capability, ANY)
async def capability(session: Session, command: commands.Capability) -> Outcome:
    """Answer CAPABILITY (RFC 3501 §6.1.1)."""
    session.say(answers.capability(session.capabilities))
    return Outcome("that is all")


@registry.handles(commands.Noop, ANY)
async def noop(session: Session, command: commands.Noop) -> Outcome:
    """Answer NOOP (RFC 3501 §6.1.2); the news come with it."""
    return Outcome("done")


@registry.handles(commands.Check, State.SELECTED)
async def check(session: Session, command: commands.Check) -> Outcome:
    """Answer CHECK (RFC 3501 §6.4.1): all is on disk always."""
    return Outcome("done")


@registry.handles(commands.Logout, ANY, news=False)
async def logout(session: Session, command: commands.Logout) -> Outcome:
    """Answer LOGOUT (RFC 3501 §6.1.3)."""
    session.log_out()
    return Outcome("done")


@registry.handles(commands.Id, ANY)
async def identify(session: Session, command: commands.Id) -> Outcome:
    """Answer ID (RFC 2971), and keep what the client says of itself."""
    said = dict(command.fields)
    client = " ".join(filter(None, [said.get("name"), said.get("version")]))
    if client:
        session.wire.note(client=client[:_LONGEST_CLIENT])
    session.say(answers.identification({"name": "mailcatch", "version": __version__}))
    return Outcome("pleased to meet you")


@registry.handles(commands.Enable, LOGGED_IN)
async def enable(session: Session, command: commands.Enable) -> Outcome:
    """Answer ENABLE (RFC 5161): what is unknown is passed over."""
    enabled = ["CONDSTORE"] if "CONDSTORE" in command.names else []
    if enabled:
        session.use_condstore()
    session.say(answers.enabled(enabled))
    return Outcome("done")


@registry.handles(commands.Namespace, LOGGED_IN)
async def namespace(session: Session, command: commands.Namespace) -> Outcome:
    """Answer NAMESPACE (RFC 2342)."""
    session.say(answers.namespace())
    return Outcome("that is all")
