"""The keys of SEARCH as the client wrote them: `search.criteria`, where sets of messages are not resolved yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailcatch.imap.sets import SequenceSet, uids_of
from mailcatch.search import criteria
from mailcatch.store.mailbox_api import Range


@dataclass(frozen=True, slots=True)
class InSet:
    """UID, or a sequence set without `by_uid`."""

    messages: SequenceSet
    by_uid: bool


@dataclass(frozen=True, slots=True)
class Recent:
    """RECENT, and with others NEW and OLD: the session knows which messages these are."""


@dataclass(frozen=True, slots=True)
class Not:
    """NOT, and the UN… keys."""

    operand: SearchKey


@dataclass(frozen=True, slots=True)
class AllOf:
    """Keys beside each other."""

    operands: tuple[SearchKey, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """OR."""

    operands: tuple[SearchKey, ...]


Leaf = (
    criteria.Everything
    | criteria.Flag
    | criteria.Keyword
    | criteria.Arrived
    | criteria.Sent
    | criteria.Size
    | criteria.Header
    | criteria.Body
    | criteria.Modseq
)
SearchKey = Leaf | InSet | Recent | Not | AllOf | AnyOf


def resolve(key: SearchKey, uids: Sequence[int], recent: Sequence[Range] = ()) -> criteria.Criteria:
    r"""Return what the store can answer: sets by the session's view (ascending UIDs), \Recent by its ranges of UIDs.

    Sequence numbers beyond the view match nothing.
    """
    match key:
        case InSet(messages, by_uid):
            last = (uids[-1] if uids else 0) if by_uid else len(uids)
            ranges = messages.within(last)
            return criteria.Uids(ranges if by_uid else uids_of(ranges, uids))
        case Recent():
            return criteria.Uids(tuple(recent))
        case Not(operand):
            return criteria.Not(resolve(operand, uids, recent))
        case AllOf(operands):
            return criteria.AllOf(tuple(resolve(operand, uids, recent) for operand in operands))
        case AnyOf(operands):
            return criteria.AnyOf(tuple(resolve(operand, uids, recent) for operand in operands))
        case _:
            return key
