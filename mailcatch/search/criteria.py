"""What IMAP's SEARCH asks for, as a tree (RFC 3501 §6.4.4). The door's parser makes it, the store answers it.

Apart from the query language of the API: its keys are the protocol's, by flags and UIDs of one mailbox. Texts come
decoded, as the client meant them; matching is by substring, whatever the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Everything:
    """ALL."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A system flag: a bit of `messages.flags`. ANSWERED, DELETED, DRAFT, FLAGGED, SEEN."""

    bit: int


@dataclass(frozen=True, slots=True)
class Keyword:
    """KEYWORD, in any case."""

    name: str


@dataclass(frozen=True, slots=True)
class Uids:
    """UID, a sequence set, RECENT and NEW: inclusive ranges, ascending, translated to UIDs by the door."""

    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Arrived:
    """BEFORE, ON, SINCE: INTERNALDATE, its time and zone disregarded."""

    relation: Literal["<", "=", ">="]
    day: date


@dataclass(frozen=True, slots=True)
class Sent:
    """SENTBEFORE, SENTON, SENTSINCE: the Date header as it is written, its time and zone disregarded."""

    relation: Literal["<", "=", ">="]
    day: date


@dataclass(frozen=True, slots=True)
class Size:
    """LARGER, SMALLER, in bytes of the raw message."""

    relation: Literal["<", ">"]
    octets: int


@dataclass(frozen=True, slots=True)
class Header:
    """HEADER, BCC, CC, FROM, SUBJECT, TO: a field of this name contains `text`; "" asks for the field alone."""

    name: str  # lower case
    text: str


@dataclass(frozen=True, slots=True)
class Body:
    """BODY, and TEXT with `headers`: the decoded text of the message contains `text`."""

    text: str
    headers: bool


@dataclass(frozen=True, slots=True)
class Modseq:
    """MODSEQ: changed at that value or later (RFC 7162 §3.1.5)."""

    least: int


@dataclass(frozen=True, slots=True)
class Not:
    """NOT, and the UN… keys."""

    operand: Criteria


@dataclass(frozen=True, slots=True)
class AllOf:
    """Keys beside each other."""

    operands: tuple[Criteria, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """OR."""

    operands: tuple[Criteria, ...]


Criteria = Everything | Flag | Keyword | Uids | Arrived | Sent | Size | Header | Body | Modseq | Not | AllOf | AnyOf
