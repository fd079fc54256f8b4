r"""One form for what two servers say, so that only what matters is compared.

Gone are: free text, the numbers of UIDVALIDITY and MODSEQ, what a server says of itself (CAPABILITY, ID), whether a
string is quoted or a literal, the order of flags and of items within one FETCH, and the order of untagged responses
where RFC 3501 gives them none. Times stand in UTC, those of this hour as "now". What is left is text, one line for
each response.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.judges.tokens import Atom, Text, Value, values

COUNTED = frozenset({"UIDVALIDITY", "HIGHESTMODSEQ", "MODSEQ"})
"""Whose number each server chooses for itself."""
CONDITIONS = frozenset({"OK", "NO", "BAD", "BYE", "PREAUTH"})
ABOUT_ITSELF = frozenset({"CAPABILITY", "ID"})
SHOWN = 120
"""Bytes of a string that are shown as they are; of a longer one, its length and a hash."""

EXTRAS = frozenset({"* OK [HIGHESTMODSEQ #]", "* OK [NOMODSEQ]", "* OK [CLOSED]"})
"""What SELECT may always say: Dovecot says the first to clients that use CONDSTORE only (RFC 7162 §3.1.2 wants it)."""
ASKED_BY = {
    "\\hasnochildren": "CHILDREN",
    "\\haschildren": "CHILDREN",
    "\\noinferiors": "CHILDREN",
    "\\subscribed": "SUBSCRIBED",
}
USES = frozenset({"\\sent", "\\drafts", "\\trash", "\\junk"})

# RFC 5530 gives reasons to people and programs; which of several true ones is said, no client depends on.
REASONS = frozenset(
    [
        "UNAVAILABLE",
        "AUTHENTICATIONFAILED",
        "AUTHORIZATIONFAILED",
        "EXPIRED",
        "PRIVACYREQUIRED",
        "CONTACTADMIN",
        "NOPERM",
        "INUSE",
        "EXPUNGEISSUED",
        "CORRUPTION",
        "SERVERBUG",
        "CLIENTBUG",
        "CANNOT",
        "LIMIT",
        "OVERQUOTA",
        "ALREADYEXISTS",
        "NONEXISTENT",
        "TOOBIG",
    ]
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one FETCH says of one message, by item."""

    number: int
    items: dict[str, str]

    def __str__(self) -> str:
        return f"* {self.number} FETCH " + " ".join(f"{name}={self.items[name]}" for name in sorted(self.items))


def lines(responses: Sequence[bytes], command: str = "") -> list[str]:
    """Give the responses to one command, normalised and in an order that both can keep.

    The order of EXPUNGE is kept, and what is fetched stays between the same two of them.
    """
    free: list[str] = []
    ordered: list[str] = []
    fetched: dict[int, Fetched] = {}
    last = [""]
    for found in (one(data, command) for data in responses):
        if isinstance(found, Fetched):
            before = fetched.get(found.number, Fetched(found.number, {}))
            fetched[found.number] = Fetched(found.number, before.items | found.items)
        elif found.endswith(" EXPUNGE"):
            ordered += [*_by_number(fetched), found]
            fetched.clear()
        elif found.startswith("* "):
            free += [found] if found not in EXTRAS else []
        else:
            last = [found]
    return [*sorted(free), *ordered, *_by_number(fetched), *filter(None, last)]


def _by_number(fetched: dict[int, Fetched]) -> list[str]:
    return [str(fetched[number]) for number in sorted(fetched)]


def one(data: bytes, command: str = "") -> str | Fetched:
    """Give one response: a line, or what a FETCH says."""
    if data.startswith((b"+", b"closed")):
        return data[:1].decode().replace("c", "closed")
    head, _, rest = data.partition(b" ")
    kind = rest.split(b" ", 1)[0].decode("latin-1").upper()
    mark = "* " if head == b"*" else ""
    if kind in CONDITIONS:
        return mark + condition(kind, rest[len(kind) + 1 :])
    if kind in ABOUT_ITSELF:
        return f"* {kind} …"
    return untagged(values(rest), command)


def condition(kind: str, text: bytes) -> str:
    """Give OK, NO, BAD, BYE with its code, without its words."""
    match = re.match(rb"\[([^\s\]]+) ?([^\]]*)\]", text)
    if match is None:
        return kind
    code = match[1].decode("latin-1").upper()
    if code in ABOUT_ITSELF or code in REASONS:
        return kind
    arguments = match[2].decode("latin-1")
    if code in COUNTED:
        arguments = "#"
    elif code in {"APPENDUID", "COPYUID"}:
        arguments = "# " + arguments.partition(" ")[2]
    elif code == "PERMANENTFLAGS":
        arguments = " ".join(map(shown, flags(values(match[2])[0])))
    return f"{kind} [{f'{code} {arguments}'.strip()}]"


def untagged(found: list[Value], command: str = "") -> str | Fetched:
    """Give what is not a condition."""
    first = str(found[0]).upper()
    if first.isdigit():
        kind = str(found[1]).upper()
        return Fetched(int(first), fetched(found[2])) if kind == "FETCH" else f"* {first} {kind}"
    if first in ("LIST", "LSUB"):
        return f"* {first} {_list(found[1:], command.upper())}"
    return f"* {first} {FORMS.get(first, _plain)(found[1:])}".rstrip()


def fetched(items: Value) -> dict[str, str]:
    """Give the items of a FETCH by name."""
    assert isinstance(items, list)
    names = [str(name).upper().replace('"', "") for name in items[::2]]
    return {name: _item(name, value) for name, value in zip(names, items[1::2], strict=True)}


def _item(name: str, value: Value) -> str:
    if name == "FLAGS":
        return shown(list(flags(value)))
    if name in COUNTED:
        return "#"
    if name == "INTERNALDATE":
        assert isinstance(value, Text)
        when = datetime.strptime(value.decode().strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
        return "now" if abs(datetime.now(UTC) - when) < timedelta(hours=1) else when.isoformat()
    return shown(value)


def flags(value: Value) -> list[Value]:
    """Give flags in one order and spelling."""
    assert isinstance(value, list)
    return sorted((Atom(str(each).lower()) for each in value), key=str)


def _flags(found: list[Value]) -> str:
    return shown(list(flags(found[0])))


def _list(found: list[Value], command: str) -> str:
    attributes, separator, name, *more = found
    kept = [each for each in flags(attributes) if _asked_for(str(each), command)]
    return " ".join([shown(kept), shown(separator), _name(name), *map(shown, more)])


def _asked_for(attribute: str, command: str) -> bool:
    """Tell whether a LIST asks for an attribute; a server may say more of a mailbox than it was asked (RFC 5258 §3)."""
    extended = "LSUB" in command or re.search(r"RETURN|LIST \(|\" \(", command) is not None
    word = ASKED_BY.get(attribute, "SPECIAL-USE" if attribute in USES else "")
    return not extended or word in command


def _status(found: list[Value]) -> str:
    return f"{_name(found[0])} {_counts(found[1])}"


def _counts(found: Value) -> str:
    assert isinstance(found, list)
    pairs = {str(name).upper(): value for name, value in zip(found[::2], found[1::2], strict=True)}
    return " ".join(f"{name}={'#' if name in COUNTED else shown(pairs[name])}" for name in sorted(pairs))


def _esearch(found: list[Value]) -> str:
    words = [shown(each) for each in found if not (isinstance(each, list) and str(each[0]).upper() == "TAG")]
    return re.sub(r"MODSEQ \d+", "MODSEQ #", " ".join(words))


def _plain(found: list[Value]) -> str:
    return re.sub(r"\(MODSEQ \d+\)", "(MODSEQ #)", " ".join(map(shown, found)))


def _name(value: Value) -> str:
    assert value is not None, "a mailbox without a name"
    name = value if isinstance(value, Text) else str(value).encode("latin-1")
    return shown_bytes(b"INBOX" if name.upper() == b"INBOX" else name)


def shown(value: Value) -> str:
    """Give a value as text; two different values never look the same."""
    if value is None:
        return "NIL"
    if isinstance(value, list):
        return "(" + " ".join(map(shown, value)) + ")"
    if isinstance(value, Text):
        return shown_bytes(value)
    return str(value)


def shown_bytes(data: bytes) -> str:
    """Give bytes as a quoted line, long ones as length, hash and beginning."""
    text = repr(bytes(data[:SHOWN]))[1:]
    if len(data) <= SHOWN:
        return text
    return f"{text}…[{len(data)} {hashlib.sha256(data).hexdigest()[:8]}]"


FORMS: dict[str, Callable[[list[Value]], str]] = {
    "FLAGS": _flags,
    "STATUS": _status,
    "ESEARCH": _esearch,
}
