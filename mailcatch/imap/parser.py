"""One command out of its text (RFC 3501 §6). Pure: the text has its literals in it, an APPEND's message is beside it.

A command is a name in `_COMMANDS` with the function that reads its arguments; what those are made of is in `scanner`,
`list_options`, `fetching` and `searching`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailcatch.imap import commands
from mailcatch.imap.commands import Command, Flags
from mailcatch.imap.dates import parse_date_time
from mailcatch.imap.fetching import parse_fetch
from mailcatch.imap.flags import parse_flags
from mailcatch.imap.list_options import parse_list, parse_lsub, parse_status
from mailcatch.imap.problem import Problem
from mailcatch.imap.scanner import HIGHEST_NUMBER_64, Scanner
from mailcatch.imap.searching import parse_search, parse_sort
from mailcatch.store.mailbox_api import FlagAct

_TAG = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\+]{1,200}+(?= |\Z)")
_MARKER = re.compile(rb"\{[0-9]+\+?\}\r\n")
_SECRET = re.compile(rb"[ \t]*+(?:[^ \t]++[ \t]++)?(?:LOGIN|AUTHENTICATE[ \t]++[^ \t]++)[ \t]++", re.IGNORECASE)
_LONGEST_SHOWN = 1_000
_QUOTED_DATE = re.compile(rb"\"([ -!#-~]{1,40})\"")
_MOST_ID_FIELDS = 30  # RFC 2971 §3.3
_SILENT = {"FLAGS": False, "FLAGS.SILENT": True}
_PARAMETERS = {"CONDSTORE": True}


def tag_of(text: bytes) -> str | None:
    """Return the tag that a command begins with, None if there is none that could be answered."""
    match = _TAG.match(text)
    return match[0].decode("ascii") if match else None


def shown_command(text: bytes) -> str:
    """Return a command as a transcript may show it: without the secrets of LOGIN and AUTHENTICATE, cut if long."""
    secret = _SECRET.match(text)
    if secret is not None:
        return f"{_shown(secret[0][:_LONGEST_SHOWN])}***"
    more = f"… ({len(text)} octets)" if len(text) > _LONGEST_SHOWN else ""
    return _shown(text[:_LONGEST_SHOWN]) + more


def _shown(octets: bytes) -> str:
    return octets.decode("utf-8", "replace").replace("\r\n", " ")


def check_start(line: bytes) -> str:
    """Return the name of a command from its first line, in capitals. Raises Problem: its literal is not asked for."""
    return _start(Scanner(line))


def is_before_message(text: bytes) -> bool:
    """Tell whether the next literal of an APPEND is its message, not its mailbox. Raises Problem."""
    scanner = Scanner(text)
    _start(scanner)
    scanner.space()
    if scanner.at_end():
        return False
    _append_arguments(scanner)
    if not scanner.at_end():
        raise scanner.problem("the message")
    return True


def parse_command(text: bytes, message: bytes | None = None) -> Command:
    """Read a command; `message` is an APPEND's, whose literal stands in `text` without its octets. Raises Problem."""
    scanner = Scanner(text)
    name = _start(scanner)
    if name == "APPEND":
        return _append(scanner, message)
    command = _COMMANDS[name](scanner)
    scanner.end()
    return command


def _start(scanner: Scanner) -> str:
    scanner.match(_TAG, "a tag")
    scanner.space()
    name = scanner.word("the name of a command")
    if name == "UID":
        scanner.space()
        name = f"UID {scanner.word('COPY, EXPUNGE, FETCH, MOVE, SEARCH, SORT or STORE')}"
    if name not in _COMMANDS and name != "APPEND":
        raise Problem(f"there is no command {name[:40]}")
    return name


def _plain(value: Command) -> Callable[[Scanner], Command]:
    return lambda _: value


def _id(scanner: Scanner) -> Command:
    scanner.space()
    if not scanner.looking_at(b"("):
        if scanner.nil_or_string("NIL or a list of fields") is not None:
            raise scanner.problem("NIL or a list of fields")
        return commands.Id(())
    strings = scanner.parenthesized(lambda: scanner.nil_or_string("a string or NIL"))
    if len(strings) % 2 or len(strings) > 2 * _MOST_ID_FIELDS or None in strings[::2]:
        raise Problem(f"ID takes at most {_MOST_ID_FIELDS} fields, each a name and a value")
    texts = [None if string is None else string.decode("utf-8", "replace") for string in strings]
    return commands.Id(
        tuple((name.lower(), value) for name, value in zip(texts[::2], texts[1::2], strict=True) if name)
    )


def _authenticate(scanner: Scanner) -> Command:
    scanner.secret = True
    scanner.space()
    mechanism = scanner.atom("the name of a mechanism").upper()
    if not scanner.more():
        return commands.Authenticate(mechanism, None)
    return commands.Authenticate(mechanism, scanner.astring("an initial response"))


def _login(scanner: Scanner) -> Command:
    scanner.secret = True
    scanner.space()
    user = scanner.text_of("a user name")
    scanner.space()
    return commands.Login(user, scanner.text_of("a password"))


def _enable(scanner: Scanner) -> Command:
    scanner.space()
    names = [scanner.atom("the name of an extension").upper()]
    while scanner.more():
        names.append(scanner.atom("the name of an extension").upper())
    return commands.Enable(tuple(names))


def _select(scanner: Scanner, *, read_only: bool) -> Command:
    mailbox = _mailbox(scanner)
    if not scanner.more():
        return commands.Select(mailbox, read_only)
    parameters = scanner.parenthesized(lambda: scanner.one_of(_PARAMETERS, "a parameter"))
    return commands.Select(mailbox, read_only, bool(parameters))


def _mailbox(scanner: Scanner) -> str:
    scanner.space()
    return scanner.mailbox()


def _new_mailbox(scanner: Scanner) -> str:
    scanner.space()
    return scanner.mailbox(new=True)


def _rename(scanner: Scanner) -> Command:
    source = _mailbox(scanner)
    return commands.Rename(source, _new_mailbox(scanner))


def _append(scanner: Scanner, message: bytes | None) -> Command:
    scanner.space()
    mailbox, flags, internal_at = _append_arguments(scanner)
    if message is None or not _MARKER.match(scanner.text, scanner.position):
        raise scanner.problem("the message as a literal")
    scanner.match(_MARKER, "a literal")
    scanner.end()
    return commands.Append(mailbox, flags, internal_at, message)


def _append_arguments(scanner: Scanner) -> tuple[str, Flags, int | None]:
    mailbox = scanner.mailbox()
    scanner.space()
    flags = Flags()
    if scanner.looking_at(b"("):
        flags = parse_flags(scanner)
        scanner.space()
    if not scanner.looking_at(b'"'):
        return mailbox, flags, None
    internal_at = _internal_date(scanner)
    scanner.space()
    return mailbox, flags, internal_at


def _internal_date(scanner: Scanner) -> int:
    start = scanner.position
    text = scanner.match(_QUOTED_DATE, "a date-time")[1].decode("ascii")
    try:
        return parse_date_time(text)
    except (ValueError, OverflowError) as error:
        scanner.position = start
        raise scanner.problem(f"a date-time ({error})") from error


def _uid_expunge(scanner: Scanner) -> Command:
    scanner.space()
    return commands.Expunge(scanner.sequence_set())


def _store(scanner: Scanner, *, by_uid: bool) -> Command:
    scanner.space()
    messages = scanner.sequence_set()
    scanner.space()
    unchanged_since = None
    if scanner.skip(b"("):
        scanner.one_of({"UNCHANGEDSINCE": None}, "a modifier")
        scanner.space()
        unchanged_since = scanner.number(HIGHEST_NUMBER_64)
        scanner.expect(b")")
        scanner.space()
    act, silent = _store_act(scanner)
    scanner.space()
    return commands.Store(by_uid, messages, act, parse_flags(scanner), silent, unchanged_since)


def _store_act(scanner: Scanner) -> tuple[FlagAct, bool]:
    act: FlagAct = "add" if scanner.skip(b"+") else "remove" if scanner.skip(b"-") else "set"
    return act, scanner.one_of(_SILENT, "FLAGS or FLAGS.SILENT")


def _copy(scanner: Scanner, *, by_uid: bool) -> Command:
    scanner.space()
    messages = scanner.sequence_set()
    return commands.Copy(by_uid, messages, _mailbox(scanner))


def _move(scanner: Scanner, *, by_uid: bool) -> Command:
    scanner.space()
    messages = scanner.sequence_set()
    return commands.Move(by_uid, messages, _mailbox(scanner))


_COMMANDS: dict[str, Callable[[Scanner], Command]] = {
    "CAPABILITY": _plain(commands.Capability()),
    "NOOP": _plain(commands.Noop()),
    "LOGOUT": _plain(commands.Logout()),
    "STARTTLS": _plain(commands.StartTls()),
    "NAMESPACE": _plain(commands.Namespace()),
    "CHECK": _plain(commands.Check()),
    "CLOSE": _plain(commands.Close()),
    "UNSELECT": _plain(commands.Unselect()),
    "EXPUNGE": _plain(commands.Expunge()),
    "IDLE": _plain(commands.Idle()),
    "ID": _id,
    "AUTHENTICATE": _authenticate,
    "LOGIN": _login,
    "ENABLE": _enable,
    "LIST": parse_list,
    "LSUB": parse_lsub,
    "STATUS": parse_status,
    "SELECT": lambda scanner: _select(scanner, read_only=False),
    "EXAMINE": lambda scanner: _select(scanner, read_only=True),
    "CREATE": lambda scanner: commands.Create(_new_mailbox(scanner)),
    "DELETE": lambda scanner: commands.Delete(_mailbox(scanner)),
    "RENAME": _rename,
    "SUBSCRIBE": lambda scanner: commands.Subscribe(_mailbox(scanner), True),
    "UNSUBSCRIBE": lambda scanner: commands.Subscribe(_mailbox(scanner), False),
    "UID EXPUNGE": _uid_expunge,
    "SEARCH": lambda scanner: parse_search(scanner, by_uid=False),
    "UID SEARCH": lambda scanner: parse_search(scanner, by_uid=True),
    "SORT": lambda scanner: parse_sort(scanner, by_uid=False),
    "UID SORT": lambda scanner: parse_sort(scanner, by_uid=True),
    "FETCH": lambda scanner: parse_fetch(scanner, by_uid=False),
    "UID FETCH": lambda scanner: parse_fetch(scanner, by_uid=True),
    "STORE": lambda scanner: _store(scanner, by_uid=False),
    "UID STORE": lambda scanner: _store(scanner, by_uid=True),
    "COPY": lambda scanner: _copy(scanner, by_uid=False),
    "UID COPY": lambda scanner: _copy(scanner, by_uid=True),
    "MOVE": lambda scanner: _move(scanner, by_uid=False),
    "UID MOVE": lambda scanner: _move(scanner, by_uid=True),
}
