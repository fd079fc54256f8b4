"""FETCH of what the store keeps beside the message: rows into responses, in bulk (RFC 3501 §7.4.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from mailcatch.imap.commands import Attribute
from mailcatch.imap.dates import format_date_time
from mailcatch.imap.flags import format_flags
from mailcatch.imap.structures import without_extensions
from mailcatch.imap.view import View
from mailcatch.store.mailbox_api import Placed, Row, Wanted

T = TypeVar("T")

_OF_PLACED: frozenset[Attribute] = frozenset({"UID", "FLAGS", "MODSEQ"})
_WANTED: dict[Attribute, Wanted] = {
    "INTERNALDATE": "internal_at",
    "ENVELOPE": "envelope",
    "BODY": "bodystructure",
    "BODYSTRUCTURE": "bodystructure",
}


def is_placed_only(attributes: Iterable[Attribute]) -> bool:
    """Tell whether flags and numbers are all that is asked for: then no row of a message is read."""
    return _OF_PLACED.issuperset(attributes)


def wanted_of(attributes: Iterable[Attribute]) -> frozenset[Wanted]:
    """Return what rows must hold for these attributes."""
    return frozenset(_WANTED[attribute] for attribute in attributes if attribute in _WANTED)


def placed_values(view: View, attributes: Sequence[Attribute]) -> Callable[[Placed], bytes]:
    """Return what gives `LABEL value` of each attribute of a placed message, joined."""
    formats: dict[Attribute, Callable[[Placed], bytes]] = {
        "UID": lambda each: b"UID %d" % each.uid,
        "FLAGS": flags_of(view),
        "MODSEQ": lambda each: b"MODSEQ (%d)" % each.modseq,
    }
    return _joined([formats[attribute] for attribute in attributes])


def row_values(view: View, attributes: Sequence[Attribute]) -> Callable[[Row], bytes]:
    """Return what gives `LABEL value` of each attribute of a row."""
    flags = flags_of(view)
    formats: dict[Attribute, Callable[[Row], bytes]] = {
        "UID": lambda row: b"UID %d" % row.placed.uid,
        "FLAGS": lambda row: flags(row.placed),
        "MODSEQ": lambda row: b"MODSEQ (%d)" % row.placed.modseq,
        "INTERNALDATE": lambda row: b"INTERNALDATE " + format_date_time(row.internal_at),
        "RFC822.SIZE": lambda row: b"RFC822.SIZE %d" % row.size,
        "ENVELOPE": lambda row: b"ENVELOPE " + row.envelope,
        "BODYSTRUCTURE": lambda row: b"BODYSTRUCTURE " + row.bodystructure,
        "BODY": lambda row: b"BODY " + without_extensions(row.bodystructure),
    }
    return _joined([formats[attribute] for attribute in attributes])


def _joined(give: Sequence[Callable[[T], bytes]]) -> Callable[[T], bytes]:
    """Return what joins values by blanks; one or two of them, which is most often, without a loop."""
    if len(give) == 1:
        return give[0]
    if len(give) == 2:
        first, second = give
        return lambda each: first(each) + b" " + second(each)
    return lambda each: b" ".join([value(each) for value in give])


def flags_of(view: View) -> Callable[[Placed], bytes]:
    r"""Return what gives `FLAGS (…)`, `\Recent` with it; messages without keywords are looked up, not built."""
    plain = [b"FLAGS " + format_flags(bits) for bits in range(32)]
    recent = [b"FLAGS " + format_flags(bits, recent=True) for bits in range(32)]
    any_recent = bool(view.recent)

    def flags(each: Placed) -> bytes:
        is_recent = any_recent and view.is_recent(each.uid)
        if each.keywords:
            return b"FLAGS " + format_flags(each.flags, each.keywords, recent=is_recent)
        return (recent if is_recent else plain)[each.flags & 31]

    return flags
