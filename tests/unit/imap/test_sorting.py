"""SORT's order."""

import time

import pytest

from mailcatch.imap.commands import SortKey
from mailcatch.imap.sorting import base_subject, casemap, in_order, wanted_for
from mailcatch.store.mailbox_api import Placed, Row


def row(uid: int, envelope: bytes = b"", internal_at: int = 0, size: int = 0) -> Row:
    return Row(Placed(uid, uid, 0, (), 1), size, internal_at, envelope)


def envelope(
    date: bytes = b"NIL", subject: bytes = b"NIL", sender: bytes = b"NIL", to: bytes = b"NIL", cc: bytes = b"NIL"
) -> bytes:
    return b"(%s %s %s NIL NIL %s %s NIL NIL NIL)" % (date, subject, sender, to, cc)


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("hello", "hello"),
        ("Re: hello", "hello"),
        ("RE[2] : hello", "hello"),
        ("[list] Re: [list]  hello (fwd) (FWD)", "hello"),
        ("Fw: FWD: fwd : hello", "hello"),
        ("[fwd: Re: hello]", "hello"),
        ("[Fwd: [fwd: hello] (fwd)]", "hello"),
        ("Re: [only a blob]", "[only a blob]"),
        ("[a] [b]", "[b]"),
        ("[a] [b] c [d]", "c [d]"),
        ("Re:", ""),
        ("refer to this", "refer to this"),
        ("  a\t b\n c ", "a b c"),
        ("", ""),
    ],
)
def test_base_subjects(subject: str, base: str):
    """What replies and forwards put around it is gone (RFC 5256 §2.1)."""
    assert base_subject(subject) == base


@pytest.mark.parametrize(
    "subject", ["[]" * 500_000, "re:" * 300_000, "(fwd)" * 200_000, "[fwd:" * 9_000 + "]" * 9_000, " " * 10**6]
)
def test_crafted_subjects_cost_nothing(subject: str):
    """Each is looked at once."""
    start = time.process_time()
    base_subject(subject)
    assert time.process_time() - start < 0.5


def test_numbers():
    """ARRIVAL, SIZE and both together; equal ones stay in the mailbox's order, in reverse too."""
    rows = [row(1, internal_at=30, size=5), row(2, internal_at=10, size=5), row(3, internal_at=20, size=9)]
    assert in_order(rows, (SortKey("ARRIVAL"),)) == [2, 3, 1]
    assert in_order(rows, (SortKey("SIZE", reverse=True),)) == [3, 1, 2]
    assert in_order(rows, (SortKey("SIZE"), SortKey("ARRIVAL", reverse=True))) == [1, 2, 3]
    assert in_order([], (SortKey("SIZE"),)) == []


def test_dates_are_compared_in_utc():
    """A mail without a readable Date counts by its arrival (RFC 5256 §2.2)."""
    rows = [
        row(1, envelope(b'"Thu, 5 Nov 2026 12:00:00 +0300"')),
        row(2, envelope(b'"Thu, 5 Nov 2026 08:00:00 -0500"')),
        row(3, envelope(b'"soon"'), internal_at=1_793_869_200_001),
        row(4, envelope(), internal_at=1),
    ]
    assert in_order(rows, (SortKey("DATE"),)) == [4, 1, 3, 2]


def test_texts():
    """Subjects by their base, decoded; people by the local part of the first, in any case."""
    rows = [
        row(1, envelope(subject=b'"Re: 0"', sender=b'(("Zoe" NIL "bob" "x.org"))', cc=b'((NIL NIL "z" "x"))')),
        row(
            2,
            envelope(
                subject=b'"=?utf-8?q?=C3=84?="',
                sender=b'((NIL NIL "Ann" "y.org")(NIL NIL "zoe" "y.org"))',
                to=b'((NIL NIL "a" "x"))',
            ),
        ),
        row(3, envelope(subject=b'{3}\r\n"A"', sender=b"NIL")),
    ]
    assert in_order(rows, (SortKey("SUBJECT"),)) == [3, 1, 2]
    assert in_order(rows, (SortKey("FROM"),)) == [3, 2, 1]
    assert in_order(rows, (SortKey("TO"),)) == [1, 3, 2]
    assert in_order(rows, (SortKey("CC", reverse=True),)) == [1, 2, 3]
    assert casemap("straße É") == "STRASSE E\u0301"


def test_a_broken_envelope_raises_nothing():
    """It sorts as if it were empty."""
    short = row(1, envelope(sender=b'((NIL NIL)("a" "b"))'))
    assert in_order([short, row(2, envelope(sender=b"(())"))], (SortKey("FROM"),)) == [1, 2]
    assert in_order([row(1, b'("x'), row(2, b""), row(3, b'(NIL "a" (')], (SortKey("FROM"), SortKey("DATE"))) == [
        1,
        2,
        3,
    ]


def test_only_some_orders_need_the_envelope():
    """ARRIVAL and SIZE are columns."""
    assert wanted_for((SortKey("SIZE"),)) == set()
    assert wanted_for((SortKey("ARRIVAL"), SortKey("SIZE"))) == {"internal_at"}
    assert wanted_for((SortKey("SIZE"), SortKey("SUBJECT"))) == {"envelope"}
    assert wanted_for((SortKey("DATE"),)) == {"envelope", "internal_at"}
