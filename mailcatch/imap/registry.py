"""Which handler answers which command, and in which states (RFC 3501 §3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, Flag, auto
from typing import TYPE_CHECKING, Any, TypeVar

from mailcatch.imap.commands import Command, Copy, Fetch, Move, Search, Sort, Store
from mailcatch.imap.outcome import Outcome
from mailcatch.imap.problem import Problem

if TYPE_CHECKING:
    from mailcatch.imap.session import Session

C = TypeVar("C")
A = TypeVar("A", bound=Awaitable[Outcome | None])


class State(Flag):
    """The states of a session; NOBODY has not logged in, and LOGGED_OUT hears nothing any more."""

    NOBODY = auto()
    AUTHENTICATED = auto()
    SELECTED = auto()
    LOGGED_OUT = auto()


ANY = State.NOBODY | State.AUTHENTICATED | State.SELECTED
LOGGED_IN = State.AUTHENTICATED | State.SELECTED


class News(Enum):
    """What a command's answer may tell of the selected mailbox before it ends (RFC 3501 §7.4.1)."""

    NONE = auto()
    NO_EXPUNGE = auto()
    ALL = auto()


@dataclass(frozen=True, slots=True)
class Handler:
    """A function that answers one type of command, and where it may be called; None: it has said its last word."""

    # Any: each handler takes the one type of command that it is registered for.
    call: Callable[[Session, Any], Awaitable[Outcome | None]]
    states: State
    news: bool


class Registry:
    """Handlers by the type of their command."""

    def __init__(self) -> None:
        self._handlers: dict[type, Handler] = {}

    def handles(
        self, command: type[C], states: State, *, news: bool = True
    ) -> Callable[[Callable[[Session, C], A]], Callable[[Session, C], A]]:
        """Register a function; `news` tells whether what happened in the mailbox is told before its answer."""

        def register(call: Callable[[Session, C], A]) -> Callable[[Session, C], A]:
            self._handlers[command] = Handler(call, states, news)
            return call

        return register

    def find(self, command: Command, state: State) -> Handler:
        """Return the handler of a command. Raises Problem if it may not be called in this state."""
        handler = self._handlers[type(command)]
        if state in handler.states:
            return handler
        if state is State.NOBODY:
            raise Problem("log in first")
        if handler.states is State.NOBODY:
            raise Problem("you have logged in already")
        raise Problem("select a mailbox first")

    @property
    def commands(self) -> frozenset[type]:
        """The commands that have a handler."""
        return frozenset(self._handlers)


def news_after(command: Command, handler: Handler) -> News:
    """Return what may be told after a command: no EXPUNGE while numbers are in use (RFC 3501 §7.4.1)."""
    if not handler.news:
        return News.NONE
    if isinstance(command, Fetch | Store | Search | Sort) and not command.by_uid:
        return News.NO_EXPUNGE
    return News.ALL


def in_uid_form(command: Command) -> bool:
    """Tell whether a command came with UID before it: then each FETCH tells the UID (RFC 3501 §6.4.8)."""
    return isinstance(command, Fetch | Store | Search | Sort | Copy | Move) and command.by_uid


registry = Registry()
"""The handlers of `mailcatch.imap.handlers`; complete once that package is imported, and the same for all servers."""
