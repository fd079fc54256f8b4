"""SEARCH's and SORT's arguments."""

import time
from datetime import date

import pytest

from mailcatch.imap.commands import Search, Sort, SortKey
from mailcatch.imap.keys import AllOf, AnyOf, InSet, Not, Recent, SearchKey
from mailcatch.imap.problem import Problem
from mailcatch.imap.scanner import Scanner
from mailcatch.imap.searching import parse_search, parse_sort
from mailcatch.imap.sets import parse_set
from mailcatch.model import ANSWERED, DELETED, DRAFT, FLAGGED, SEEN
from mailcatch.search.criteria import Arrived, Body, Everything, Flag, Header, Keyword, Modseq, Sent, Size


def search(text: bytes) -> Search:
    scanner = Scanner(b" " + text)
    command = parse_search(scanner, by_uid=False)
    scanner.end()
    assert isinstance(command, Search)
    return command


DAY = date(2026, 11, 5)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (b"ALL", Everything()),
        (b"answered", Flag(ANSWERED)),
        (b"DELETED", Flag(DELETED)),
        (b"DRAFT", Flag(DRAFT)),
        (b"FLAGGED", Flag(FLAGGED)),
        (b"SEEN", Flag(SEEN)),
        (b"UNANSWERED", Not(Flag(ANSWERED))),
        (b"UNDELETED", Not(Flag(DELETED))),
        (b"UNDRAFT", Not(Flag(DRAFT))),
        (b"UNFLAGGED", Not(Flag(FLAGGED))),
        (b"UNSEEN", Not(Flag(SEEN))),
        (b"RECENT", Recent()),
        (b"OLD", Not(Recent())),
        (b"NEW", AllOf((Recent(), Not(Flag(SEEN))))),
        (b"KEYWORD $Junk", Keyword("$Junk")),
        (b"UNKEYWORD Junk", Not(Keyword("Junk"))),
        (b"BEFORE 5-Nov-2026", Arrived("<", DAY)),
        (b'ON "5-Nov-2026"', Arrived("=", DAY)),
        (b"SINCE 05-nov-2026", Arrived(">=", DAY)),
        (b"SENTBEFORE 5-Nov-2026", Sent("<", DAY)),
        (b"SENTON 5-Nov-2026", Sent("=", DAY)),
        (b"SENTSINCE 5-Nov-2026", Sent(">=", DAY)),
        (b"LARGER 10000000000", Size(">", 10**10)),
        (b"SMALLER 0", Size("<", 0)),
        (b"BCC a", Header("bcc", "a")),
        (b"CC a", Header("cc", "a")),
        (b"FROM a", Header("from", "a")),
        (b'SUBJECT "a b"', Header("subject", "a b")),
        (b"TO {1+}\r\na", Header("to", "a")),
        (b'HEADER X-Foo ""', Header("x-foo", "")),
        (b"BODY gr\xc3\xbcn", Body("grün", headers=False)),
        (b"TEXT a", Body("a", headers=True)),
        (b"UID 1:*", InSet(parse_set(b"1:*"), by_uid=True)),
        (b"1,3:*", InSet(parse_set(b"1,3:*"), by_uid=False)),
        (b"*", InSet(parse_set(b"*"), by_uid=False)),
        (b"MODSEQ 7", Modseq(7)),
        (b'MODSEQ "/flags/\\\\draft" all 7', Modseq(7)),
        (b"NOT SEEN", Not(Flag(SEEN))),
        (b"NOT NOT SEEN", Flag(SEEN)),
        (b"NOT (SEEN DRAFT)", Not(AllOf((Flag(SEEN), Flag(DRAFT))))),
        (b"OR SEEN DRAFT", AnyOf((Flag(SEEN), Flag(DRAFT)))),
        (b"OR OR SEEN DRAFT DELETED", AnyOf((Flag(SEEN), Flag(DRAFT), Flag(DELETED)))),
        (b"OR SEEN OR DRAFT DELETED", AnyOf((Flag(SEEN), Flag(DRAFT), Flag(DELETED)))),
        (b"OR NOT SEEN NOT OR DRAFT DELETED", AnyOf((Not(Flag(SEEN)), Not(AnyOf((Flag(DRAFT), Flag(DELETED))))))),
        (b"SEEN (DRAFT DELETED)", AllOf((Flag(SEEN), AllOf((Flag(DRAFT), Flag(DELETED)))))),
        (b"(SEEN)", Flag(SEEN)),
        (b"1:* NOT DELETED ", AllOf((InSet(parse_set(b"1:*"), by_uid=False), Not(Flag(DELETED))))),
    ],
)
def test_keys(text: bytes, key: SearchKey):
    """Every key of RFC 3501 §6.4.4 and MODSEQ."""
    command = search(text)
    assert command.key == key
    assert command.modseq == text.startswith(b"MODSEQ")


def test_charsets():
    """UTF-8 and US-ASCII, in any case; what text cannot be read is NO with what can be (RFC 3501 §7.1)."""
    assert search(b"CHARSET utf-8 SUBJECT {7+}\r\ngr\xc3\xbc\xc3\x9fe").key == Header("subject", "grüße")
    assert search(b'charset "US-ASCII" SEEN').key == Flag(SEEN)
    for text in (b"CHARSET KOI8-R TEXT a", b"CHARSET UTF-8 TEXT \xff", b"TEXT \xe9"):
        with pytest.raises(Problem) as caught:
            search(text)
        assert (caught.value.condition, caught.value.code) == ("NO", "BADCHARSET (UTF-8)")


def test_return():
    """Without options it is ALL (RFC 4731 §3.1); without RETURN the old answer is wanted."""
    assert search(b"SEEN").returns is None
    assert search(b"RETURN () SEEN").returns == {"ALL"}
    assert search(b"return (min MAX count) CHARSET UTF-8 SEEN").returns == {"MIN", "MAX", "COUNT"}
    with pytest.raises(Problem, match="a return option, of MIN, MAX, ALL, COUNT at octet 10, found `SAVE"):
        search(b"RETURN (SAVE) SEEN")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"FOO",
        b"SEEN FOO",
        b"OR SEEN",
        b"OR",
        b"NOT",
        b"NOT OR SEEN",
        b"(SEEN",
        b"SEEN)",
        b"()",
        b"SUBJECT",
        b"SUBJECT (",
        b"HEADER a",
        b"BEFORE x",
        b"ON 31-Feb-2026",
        b"LARGER x",
        b"UID x",
        b"0",
        b"MODSEQ x",
        b'MODSEQ "a" b 7',
        b"CHARSET UTF-8",
        b"RETURN (MIN)",
        b"RETURN (MIN",
        b"SEENDRAFT",
        b"$",
    ],
)
def test_what_is_no_search(text: bytes):
    """BAD, each time."""
    with pytest.raises(Problem) as caught:
        search(text)
    assert caught.value.condition == "BAD"


@pytest.mark.parametrize(
    "text",
    [
        b"(" * 500_000,
        b"NOT " * 250_000 + b"SEEN",
        b"OR " * 300_000,
        b"SEEN " * 200_000,
        b"(" * 51 + b"SEEN" + b")" * 51,
        b"NOT OR " * 51 + b"SEEN " * 52,
    ],
)
def test_searches_are_bounded(text: bytes):
    """Whatever nests or repeats ends in an error at once, before the stack does."""
    start = time.process_time()
    with pytest.raises(Problem) as caught:
        search(text)
    assert (caught.value.condition, caught.value.code) == ("NO", "LIMIT")
    assert time.process_time() - start < 0.5


def test_as_much_as_is_allowed():
    """The bounds are reached, not undercut."""
    assert isinstance(search(b" ".join([b"SEEN"] * 500)).key, AllOf)
    assert search(b"(" * 50 + b"SEEN" + b")" * 50).key == Flag(SEEN)
    assert search(b"(((SEEN))) " * 100).key == AllOf((Flag(SEEN),) * 100)


def test_long_chains_are_flat():
    """Clients look for many messages with ORs inside each other; 200 of them are one AnyOf."""
    names = [b"HEADER Message-ID <%d@x>" % number for number in range(200)]
    right = b"".join(b"OR %s " % name for name in names[:-1]) + names[-1]
    left = b"OR " * 199 + b" ".join(names)
    expected = AnyOf(tuple(Header("message-id", f"<{number}@x>") for number in range(200)))
    assert search(right).key == search(left).key == expected


def test_sort():
    """Criteria, the charset that it must have, keys (RFC 5256 §3)."""
    scanner = Scanner(b' (REVERSE date Subject) utf-8 UNSEEN TEXT "a"')
    assert parse_sort(scanner, by_uid=True) == Sort(
        True, (SortKey("DATE", reverse=True), SortKey("SUBJECT")), AllOf((Not(Flag(SEEN)), Body("a", headers=True)))
    )
    scanner = Scanner(b" RETURN (COUNT) (ARRIVAL) US-ASCII MODSEQ 3")
    assert parse_sort(scanner, by_uid=False) == Sort(
        False, (SortKey("ARRIVAL"),), Modseq(3), frozenset({"COUNT"}), True
    )


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"()",
        b"() UTF-8 ALL",
        b"(FOO) UTF-8 ALL",
        b"(REVERSE) UTF-8 ALL",
        b"(DATE)",
        b"(DATE) UTF-8",
        b"(DATE) ALL",
        b"(DISPLAYFROM) UTF-8 ALL",
        b"(" + b"DATE " * 21 + b") UTF-8 ALL",
    ],
)
def test_what_is_no_sort(text: bytes):
    """An unknown charset is NO, the rest BAD."""
    with pytest.raises(Problem) as caught:
        parse_sort(Scanner(b" " + text), by_uid=False)
    assert caught.value.condition == ("NO" if text == b"(DATE) ALL" else "BAD")
