"""Responses, each one bytes object."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.imap import answers
from mailcatch.imap.flags import format_flags
from mailcatch.imap.scanner import Scanner
from mailcatch.imap.sets import parse_set
from mailcatch.model import SEEN
from mailcatch.store.mailbox_api import Copied


def test_conditions():
    """Tagged and not, with and without a response code."""
    assert answers.tagged("a1", "OK", "NOOP done") == b"a1 OK NOOP done\r\n"
    assert answers.tagged("a1", "NO", "no such mailbox", "TRYCREATE") == b"a1 NO [TRYCREATE] no such mailbox\r\n"
    assert (
        answers.tagged("a1", "OK", "done", answers.number_code("HIGHESTMODSEQ", 7))
        == b"a1 OK [HIGHESTMODSEQ 7] done\r\n"
    )
    assert answers.untagged("BYE", "see you") == b"* BYE see you\r\n"
    assert answers.untagged("OK", "", "CLOSED") == b"* OK [CLOSED] done\r\n"


@pytest.mark.parametrize("text", ["two\r\nlines", "[ALERT] boo", "grün", "", "\x00"])
def test_a_text_is_one_line_of_ascii(text: str):
    """Whatever went into it, it is no second response and no response code."""
    answer = answers.tagged("a", "BAD", text)
    assert answer.count(b"\r\n") == 1 and answer.endswith(b"\r\n") and answer.isascii()
    assert not answer.startswith(b"a BAD [") and len(answer) > len(b"a BAD \r\n")


def test_continuations():
    """A challenge that is empty keeps its blank."""
    assert answers.continuation() == b"+ go on\r\n"
    assert answers.challenge(b"") == b"+ \r\n"
    assert answers.challenge(b"VXNlcm5hbWU6") == b"+ VXNlcm5hbWU6\r\n"


def test_mailbox_data():
    """The untagged answers of SELECT, LIST, STATUS and their kin."""
    assert answers.capability(["IMAP4rev1", "IDLE"]) == b"* CAPABILITY IMAP4rev1 IDLE\r\n"
    assert answers.exists(3) == b"* 3 EXISTS\r\n"
    assert answers.recent(0) == b"* 0 RECENT\r\n"
    assert answers.expunge(2) == b"* 2 EXPUNGE\r\n"
    assert answers.flags(format_flags(SEEN, ("a",))) == b"* FLAGS (\\Seen a)\r\n"
    assert answers.enabled([]) == b"* ENABLED\r\n"
    assert answers.enabled(["CONDSTORE"]) == b"* ENABLED CONDSTORE\r\n"
    assert answers.identification({"name": "mailcatch"}) == b'* ID ("name" "mailcatch")\r\n'
    assert answers.namespace() == b'* NAMESPACE (("" "/")) NIL NIL\r\n'
    assert (
        answers.listed("Entwürfe", ["\\Drafts", "\\HasNoChildren"])
        == b'* LIST (\\Drafts \\HasNoChildren) "/" "Entw&APw-rfe"\r\n'
    )
    assert answers.listed('a"b', [], kind="LSUB") == b'* LSUB () "/" "a\\"b"\r\n'
    assert answers.separator() == b'* LIST (\\Noselect) "/" ""\r\n'
    assert (
        answers.status("INBOX", [("MESSAGES", 3), ("SIZE", 2**33)])
        == b'* STATUS "INBOX" (MESSAGES 3 SIZE 8589934592)\r\n'
    )


def test_fetch():
    """Pairs of label and value."""
    assert answers.fetch(3, [(b"UID", b"7")]) == b"* 3 FETCH (UID 7)\r\n"
    assert (
        answers.fetch(3, [(b"FLAGS", b"()"), (b"BODY[]", answers.literal(b"a\r\n"))])
        == b"* 3 FETCH (FLAGS () BODY[] {3}\r\na\r\n)\r\n"
    )
    assert answers.fetch(3, []) == b"* 3 FETCH ()\r\n"


def test_search():
    """Empty is an answer too; the highest MODSEQ of what was found comes with CONDSTORE."""
    assert answers.search([]) == answers.search([], 9) == b"* SEARCH\r\n"
    assert answers.search([2, 3], 9) == b"* SEARCH 2 3 (MODSEQ 9)\r\n"
    assert answers.sort([3, 2]) == b"* SORT 3 2\r\n"
    assert answers.sort([]) == b"* SORT\r\n"


@pytest.mark.parametrize(
    ("numbers", "returns", "expected"),
    [
        ([2, 3, 4, 9], {"MIN", "MAX", "ALL", "COUNT"}, b'* ESEARCH (TAG "a") MIN 2 MAX 9 ALL 2:4,9 COUNT 4\r\n'),
        ([2, 3], {"COUNT"}, b'* ESEARCH (TAG "a") COUNT 2\r\n'),
        ([], {"MIN", "MAX", "ALL", "COUNT"}, b'* ESEARCH (TAG "a") COUNT 0\r\n'),
        ([], {"ALL"}, b'* ESEARCH (TAG "a")\r\n'),
    ],
)
def test_esearch(numbers: list[int], returns: set[str], expected: bytes):
    """What was asked for, of what was found (RFC 4731 §3.1)."""
    assert answers.esearch("a", numbers, returns, by_uid=False) == expected


def test_esearch_of_uids_and_sorts():
    """UID says which numbers they are; a sorted ALL keeps its order (RFC 5267 §3)."""
    assert answers.esearch("a", [5], {"ALL"}, by_uid=True, modseq=8) == b'* ESEARCH (TAG "a") UID ALL 5 MODSEQ 8\r\n'
    ordered = answers.esearch("a", [5, 3, 4, 9], {"ALL", "MIN", "MAX"}, by_uid=False, ordered=True)
    assert ordered == b'* ESEARCH (TAG "a") MIN 5 MAX 9 ALL 5,3:4,9\r\n'


def test_codes():
    """UIDs of both sides stand in the same order (RFC 4315 §3)."""
    assert answers.appended_code(Copied(9, ((0, 4),))) == b"APPENDUID 9 4"
    assert answers.copied_code(Copied(9, ((7, 12), (1, 10), (2, 11)))) == b"COPYUID 9 1:2,7 10:12"
    assert answers.copied_code(Copied(9, ((1, 11), (2, 10)))) == b"COPYUID 9 1:2 11,10"
    assert answers.copied_code(Copied(9, ())) is None
    assert answers.modified_code([7, 5, 6]) == b"MODIFIED 5:7"
    assert answers.permanent_flags_code(b"(\\Seen \\*)") == b"PERMANENTFLAGS (\\Seen \\*)"
    assert answers.capability_code(["IMAP4rev1"]) == b"CAPABILITY IMAP4rev1"


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"", b'""'),
        (b'a "b" \\', b'"a \\"b\\" \\\\"'),
        (b"a\r\nb", b"{4}\r\na\r\nb"),
        (b"\xe9", b"{1}\r\n\xe9"),
        (b"x" * 1001, b"{1001}\r\n" + b"x" * 1001),
    ],
)
def test_strings(octets: bytes, expected: bytes):
    """Quoted where it can be, else a literal: 8 bits, line ends, what is long."""
    assert answers.string(octets) == expected


def test_nil_and_atoms():
    """NIL is no atom that means a string."""
    assert answers.nstring(None) == b"NIL"
    assert answers.nstring(b"") == b'""'
    assert answers.astring(b"From") == b"From"
    assert answers.astring(b"nil") == b'"nil"'
    assert answers.astring(b"a b") == b'"a b"'


@given(st.binary(max_size=50))
def test_what_is_written_can_be_read(octets: bytes):
    """By the reading half of this package."""
    assert Scanner(answers.string(octets)).string("a string") == octets
    assert Scanner(answers.astring(octets)).astring("a string") == octets


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=50))
def test_mailboxes_can_be_read(name: str):
    """Whatever they are called."""
    assert Scanner(answers.mailbox(name)).mailbox() == ("INBOX" if name.upper() == "INBOX" else name)


@given(st.lists(st.integers(1, 10_000), unique=True, min_size=1))
def test_sets_can_be_read(numbers: list[int]):
    """Compressed, and nothing lost."""
    code = answers.modified_code(numbers)
    ranges = parse_set(code.removeprefix(b"MODIFIED ")).ranges
    assert [number for low, high in ranges for number in range(low, high + 1)] == sorted(numbers)
