"""LIST with its options, LSUB and STATUS (RFC 3501 §6.3.8 to §6.3.10, RFC 5258, RFC 5819)."""

from __future__ import annotations

from typing import get_args

from mailcatch.imap.commands import Command, List, ListReturn, ListSelection, Lsub, Status, StatusItem
from mailcatch.imap.problem import Problem
from mailcatch.imap.scanner import Scanner

_STATUS_ITEMS: dict[str, StatusItem] = {name: name for name in get_args(StatusItem)}
_SELECTION: dict[str, ListSelection] = {name: name for name in get_args(ListSelection)}
_RETURNS: dict[str, ListReturn | None] = {name: name for name in get_args(ListReturn)} | {"STATUS": None}
_NEEDS_ANOTHER = frozenset({"RECURSIVEMATCH", "REMOTE"})


def parse_list(scanner: Scanner) -> Command:
    """Read what follows LIST. Raises Problem."""
    scanner.space()
    extended = scanner.looking_at(b"(")
    selection = _selection(scanner) if extended else frozenset()
    reference = scanner.list_mailbox()
    scanner.space()
    several = scanner.looking_at(b"(")
    patterns = scanner.parenthesized(scanner.list_mailbox) if several else [scanner.list_mailbox()]
    if not patterns:
        raise scanner.problem("at least one pattern before this")
    if not scanner.more():
        return List(reference, tuple(patterns), selection, extended=extended or several)
    returns, status = _returns(scanner)
    return List(reference, tuple(patterns), selection, returns, status, extended=True)


def parse_lsub(scanner: Scanner) -> Command:
    """Read what follows LSUB. Raises Problem."""
    scanner.space()
    reference = scanner.list_mailbox()
    scanner.space()
    return Lsub(reference, scanner.list_mailbox())


def parse_status(scanner: Scanner) -> Command:
    """Read what follows STATUS. Raises Problem."""
    scanner.space()
    mailbox = scanner.mailbox()
    scanner.space()
    return Status(mailbox, _status_items(scanner))


def _selection(scanner: Scanner) -> frozenset[ListSelection]:
    options = frozenset(scanner.parenthesized(lambda: scanner.one_of(_SELECTION, "a selection option")))
    scanner.space()
    if "RECURSIVEMATCH" in options and options <= _NEEDS_ANOTHER:  # RFC 5258 §3
        raise Problem("RECURSIVEMATCH needs another selection option beside it")
    return options


def _returns(scanner: Scanner) -> tuple[frozenset[ListReturn], tuple[StatusItem, ...]]:
    scanner.one_of({"RETURN": None}, "RETURN")
    scanner.space()
    status: tuple[StatusItem, ...] = ()

    def option() -> ListReturn | None:
        nonlocal status
        name = scanner.one_of(_RETURNS, "a return option")
        if name is None:
            scanner.space()
            status = _status_items(scanner)
        return name

    names = scanner.parenthesized(option)
    return frozenset(name for name in names if name is not None), status


def _status_items(scanner: Scanner) -> tuple[StatusItem, ...]:
    items = scanner.parenthesized(lambda: scanner.one_of(_STATUS_ITEMS, "a STATUS item"))
    if not items:
        raise scanner.problem("at least one STATUS item before this")
    return tuple(dict.fromkeys(items))
