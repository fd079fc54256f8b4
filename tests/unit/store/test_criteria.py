"""SEARCH over a mailbox."""

from __future__ import annotations

from datetime import date

import pytest

from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import DELETED, SEEN, Envelope, Recipient
from mailcatch.search import criteria as c
from tests.unit.store.conftest import WHOLE, Opened

DAY = 86_400_000
MAILS = (
    b"From: Ann <ann@x.test>\r\nTo: bob@x.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Date: Mon, 02 Nov 2026 23:30:00 -0500\r\nX-Empty:\r\n\r\nThe code is 1234.\r\n",
    b"From: shop@y.test\r\nTo: ann@x.test\r\nSubject: Invoice\r\nDate: Tue, 03 Nov 2026 09:00:00 +0000\r\n\r\n"
    + b"x" * 500,
    b"no header at all\r\n",
)


@pytest.fixture
def inbox(opened: Opened) -> int:
    """Fill a mailbox: the first is seen and has a keyword, the second is deleted; each came a day later."""
    for number, raw in enumerate(MAILS):
        envelope = Envelope("a@b", (Recipient("c@d"),))
        opened.add(compose(Arrival(raw, envelope, "smtp", 1_793_577_600_000 + number * DAY)))  # 2026-11-02
    number = opened.boxes()["INBOX"]
    opened.store.store_flags(number, ((1, 1),), "add", SEEN, ("Blue",)).result(5)
    opened.store.store_flags(number, ((2, 2),), "add", DELETED, ()).result(5)
    return number


@pytest.mark.parametrize(
    ("criteria", "uids"),
    [
        (c.Everything(), [1, 2, 3]),
        (c.Flag(SEEN), [1]),
        (c.Not(c.Flag(DELETED)), [1, 3]),
        (c.Keyword("BLUE"), [1]),
        (c.Uids(((1, 1), (3, 9))), [1, 3]),
        (c.Arrived("<", date(2026, 11, 3)), [1]),
        (c.Arrived("=", date(2026, 11, 3)), [2]),
        (c.Arrived(">=", date(2026, 11, 3)), [2, 3]),
        (c.Sent("=", date(2026, 11, 2)), [1]),
        (c.Sent("<", date(2026, 11, 3)), [1]),
        (c.Sent(">=", date(2026, 11, 3)), [2]),
        (c.Size(">", 400), [2]),
        (c.Size("<", 100), [3]),
        (c.Header("subject", "GRÜSSE"), [1]),
        (c.Header("from", "ann@x"), [1]),
        (c.Header("to", "ann@x"), [2]),
        (c.Header("x-empty", ""), [1]),
        (c.Header("x-none", ""), []),
        (c.Body("CODE is", headers=False), [1]),
        (c.Body("invoice", headers=False), []),
        (c.Body("invoice", headers=True), [2]),
        (c.Modseq(1), [1, 2, 3]),
        (c.Modseq(1 << 40), []),
        (c.AllOf((c.Flag(SEEN), c.Body("code", headers=False))), [1]),
        (c.AnyOf((c.Flag(SEEN), c.Flag(DELETED))), [1, 2]),
        (c.AllOf(()), [1, 2, 3]),
        (c.AnyOf(()), []),
    ],
    ids=str,
)
def test_each_key(opened: Opened, inbox: int, criteria: c.Criteria, uids: list[int]) -> None:
    """Finds what it should, ascending."""
    assert [each.uid for each in opened.store.search_mailbox(inbox, criteria)] == uids


def test_a_body_has_the_messages_attached_to_it(opened: Opened) -> None:
    """Their headers and their text (RFC 3501 §6.4.4); the words of its own are found as ever."""
    raw = (
        b'Subject: outer\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nSee below.\r\n--b\r\n'
        b"Content-Type: message/rfc822\r\n\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\naW5uZXIgdGV4dA==\r\n--b--\r\n"
    )
    opened.add(compose(Arrival(raw, Envelope("", (Recipient("c@d"),)), "smtp", 1)))
    inbox = opened.boxes()["INBOX"]
    for text, headers in (("inner text", False), ("GRÜSSE", False), ("see below", False), ("outer", True)):
        assert [each.uid for each in opened.store.search_mailbox(inbox, c.Body(text, headers))] == [1], text
    assert opened.store.search_mailbox(inbox, c.Body("outer", False)) == []


def test_a_search_may_be_bounded(opened: Opened, inbox: int) -> None:
    """To some UIDs."""
    found = opened.store.search_mailbox(inbox, c.Everything(), ((2, 7),))
    assert [each.uid for each in found] == [2, 3]
    assert [each.uid for each in opened.placed(inbox)] == [each.uid for each in opened.store.placed(inbox, WHOLE)]
