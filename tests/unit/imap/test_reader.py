"""The command reader: however the bytes are cut, whatever they are, in bounded memory and linear time."""

import random
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.imap import commands as c
from mailcatch.imap.answers import mailbox, string
from mailcatch.imap.commands import Flags
from mailcatch.imap.reader import LINE_LIMIT, LITERAL_LIMIT, CommandReader, Continue, Event, Line, Received, Refused
from mailcatch.imap.sets import parse_set
from mailcatch.search.criteria import Header
from tests.support.imap_seeds import SEEDS

LIMIT = 1_000
NEXT = b"next NOOP\r\n"


def read(data: bytes, size: int = 1 << 20, reader: CommandReader | None = None) -> list[Event]:
    """Feed in pieces of `size` octets; the events, which must have been all when the next piece comes."""
    reader = reader or CommandReader(LIMIT)
    events = []
    for start in range(0, len(data), size):
        reader.feed(data[start : start + size])
        while (event := reader.next()) is not None:
            events.append(event)
    return events


def refused(tag: str | None, data: bytes, condition: str = "BAD", code: str | None = None) -> Refused:
    """Read a command that is refused; the next one must be read as if nothing had been."""
    *asked, answer, after = read(data + NEXT)
    assert after == Received("next", c.Noop())
    assert all(isinstance(event, Continue) for event in asked)
    assert isinstance(answer, Refused)
    assert (answer.tag, answer.condition, answer.code) == (tag, condition, code)
    return answer


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=10).filter(
    lambda name: name.upper() != "INBOX"
)


@st.composite
def strings(draw: st.DrawFn, octets: bytes) -> bytes:
    """Write a string in one of the ways there are: quoted, `{n}`, `{n+}`."""
    form = draw(st.integers(0, 2))
    return string(octets) if form == 0 else b"{%d%s}\r\n%s" % (len(octets), b"+" * (form - 1), octets)


@st.composite
def written(draw: st.DrawFn) -> tuple[bytes, c.Command]:
    """Write a command as a client may, and say what it means."""
    one, other, name = draw(TEXTS), draw(TEXTS), draw(NAMES)
    first, second = draw(strings(one.encode())), draw(strings(other.encode()))
    message = draw(st.binary(max_size=50))
    plus = draw(st.sampled_from([b"", b"+"]))
    return draw(
        st.sampled_from(
            [
                (b"LOGIN %s %s" % (first, second), c.Login(one, other)),
                (b"SEARCH HEADER %s %s" % (first, second), c.Search(False, Header(one.lower(), other))),
                (b"CREATE " + mailbox(name), c.Create(name)),
                (b"uid copy 3:* " + mailbox(name), c.Copy(True, parse_set(b"3:*"), name)),
                (
                    b"APPEND %s (\\Seen) {%d%s}\r\n%s" % (mailbox(name), len(message), plus, message),
                    c.Append(name, Flags(1), None, message),
                ),
                (b"NOOP", c.Noop()),
            ]
        )
    )


@given(st.lists(written(), max_size=4), st.integers(1, 30))
def test_pieces_do_not_matter(sent: list[tuple[bytes, c.Command]], size: int):
    """Commands with strings of every form read back, pipelined and cut anywhere."""
    data = b"".join(b"t%d %s\r\n" % (number, text) for number, (text, _) in enumerate(sent))
    events = [event for event in read(data, size) if not isinstance(event, Continue)]
    assert events == [Received(f"t{number}", command) for number, (_, command) in enumerate(sent)]


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed[:20].decode())
def test_seeds_are_commands(seed: bytes):
    """What the fuzzers start from is right, octet by octet too."""
    whole, single = read(seed), read(seed, 1)
    assert whole == single
    assert isinstance(whole[-1], Received) and whole[-1].tag.encode() == seed[:2]
    assert seed.count(b"}\r\n") - seed.count(b"+}\r\n") == len(whole) - 1


def test_a_literal_is_asked_for_once():
    """`{n}` waits for `+`, `{n+}` does not."""
    reader = CommandReader(LIMIT)
    assert read(b"a LOGIN {3}\r\n", reader=reader) == [Continue(3)]
    assert read(b"ann {2}\r\n", reader=reader) == [Continue(2)]
    assert read(b"pw", reader=reader) == []
    assert read(b"\r\n", reader=reader) == [Received("a", c.Login("ann", "pw"))]


@pytest.mark.parametrize(
    "data",
    [
        b"a FOO {3}\r\n",
        b"a {3}\r\n",
        b"a APPEND Sent (\\Recent) {3}\r\n",
        b"a APPEND Sent nonsense {3}\r\n",
        b"a FOO {3+}\r\nabc\r\n",
        b"a APPEND Sent x {3+}\r\nabc {3+}\r\nabc\r\n",
        b"a APPEND Sent {3+}\r\nabc (\\Seen) {3+}\r\nabc\r\n",
        b"a APPEND Sent {3+}\r\nabc (\\Seen) {3}\r\n",
        b"a APPEND Sent {3+}\r\nabcd\r\n",
        b"a APPEND Sent ~{3+}\r\nabc\r\n",
    ],
)
def test_what_is_wrong_before_a_literal(data: bytes):
    """It is not asked for; one that comes unasked is passed over."""
    refused("a", data)


def test_a_message_is_bounded_before_it_is_sent():
    """Too big: NO [TOOBIG] instead of `+`, or after it was passed over; the connection stays."""
    refused("a", b"a APPEND Sent {1001}\r\n", "NO", "TOOBIG")
    refused("a", b"a APPEND Sent {1001+}\r\n" + b"x" * 1001 + b"\r\n", "NO", "TOOBIG")
    refused("a", b"a APPEND {4+}\r\nSent {99999999999999999999999999}\r\n", "NO", "TOOBIG")
    *_, answer = read(b"a APPEND Sent {1000}\r\n" + b"x" * 1000 + b"\r\n")
    assert answer == Received("a", c.Append("Sent", Flags(), None, b"x" * 1000))


def test_the_limit_changes_when_somebody_logs_in():
    """The session sets it."""
    reader = CommandReader()
    assert isinstance(read(b"a APPEND Sent {65537}\r\n", reader=reader)[0], Refused)
    reader.append_limit = 1 << 20
    assert read(b"a APPEND Sent {65537}\r\n", reader=reader) == [Continue(65_537)]


def test_other_literals_are_bounded():
    """64 KiB each, a megabyte together."""
    refused("a", b"a LOGIN {65537}\r\n", code="TOOBIG")
    refused("a", b"a LOGIN ann {65537+}\r\n" + b"x" * 65_537 + b" {3+}\r\nabc\r\n", code="TOOBIG")
    refused("a", b"a APPEND {65537}\r\n", code="TOOBIG")


def test_a_command_is_bounded_as_a_whole():
    """A megabyte, however it is made up; what would go beyond it is not asked for."""
    many = b"a SEARCH" + b" TEXT {65536+}\r\n%s" % (b"x" * LITERAL_LIMIT) * 15
    refused("a", many + b" TEXT {65536+}\r\n%s\r\n" % (b"x" * LITERAL_LIMIT))
    refused("a", many + b" TEXT " + b"x" * LITERAL_LIMIT + b"\r\n")
    assert [type(event) for event in read(many + b" TEXT {65536}\r\n")] == [Refused]
    *_, answer = read(many + b"\r\n")
    assert isinstance(answer, Received)


def test_nothing_is_kept_of_what_is_passed_over():
    """A hundred megabytes that were refused leave no trace in memory."""
    reader = CommandReader(LIMIT)
    assert read(b"a APPEND Sent {100000000+}\r\n", reader=reader) == []
    chunk = b"x" * 1_000_000
    for _ in range(100):
        assert read(chunk, reader=reader) == []
        assert reader.held < 1000
    *_, answer, after = read(b"\r\n" + NEXT, reader=reader)
    assert isinstance(answer, Refused) and answer.code == "TOOBIG"
    assert after == Received("next", c.Noop())


def test_a_long_line_is_refused_with_its_tag():
    """And what its end announces is passed over, or not waited for."""
    long = b"a UID FETCH " + b"1," * (LINE_LIMIT // 2)
    refused("a", long + b"\r\n")
    refused("a", long + b"{5+}\r\nx\r\ny\r\r\n")
    refused("a", long + b"{5}\r\n")
    refused("a", b"a LOGIN {3+}\r\nann " + b"x" * LINE_LIMIT + b"\r\n")
    refused(None, b"a" * LINE_LIMIT + b" NOOP\r\n")
    reader = CommandReader(LIMIT)
    assert read(b"a NOOP " + b"x" * 10 * LINE_LIMIT, 4096, reader) == []
    assert reader.held <= LINE_LIMIT + 4096


def test_a_line_without_a_tag():
    """Is answered untagged."""
    refused(None, b"\r\n")
    refused(None, b"+ x\r\n")
    assert refused("a", b"a\r\n").text == "expected a blank at octet 2, found the end of the command"


def test_lines_that_are_no_commands():
    """After AUTHENTICATE and IDLE, when the session says so; commands may follow in the same packet."""
    reader = CommandReader(LIMIT)
    reader.feed(b"a IDLE\r\nDONE\r\nb NOOP\r\n")
    assert reader.next() == Received("a", c.Idle())
    reader.expect_line()
    assert reader.next() == Line(b"DONE")
    assert reader.next() == Received("b", c.Noop())
    reader.expect_line()
    assert read(b"x" * (LINE_LIMIT + 1) + b"\r\n" + NEXT, reader=reader) == [
        Refused(None, "BAD", None, f"a line has at most {LINE_LIMIT} octets"),
        Received("next", c.Noop()),
    ]


def test_a_line_may_look_like_a_literal():
    """Only commands have them."""
    reader = CommandReader(LIMIT)
    reader.expect_line()
    assert read(b"{3+}\r\n" + NEXT, reader=reader) == [Line(b"{3+}"), Received("next", c.Noop())]


@pytest.mark.parametrize("data", [b"b LOGIN ann pw\r\n", b"b LOGIN ann {3+}\r\np", b"b LOGI"])
def test_clear_forgets_what_came_before_tls(data: bytes):
    """A command, half a literal, half a line."""
    reader = CommandReader(LIMIT)
    reader.feed(b"a STARTTLS\r\n")
    assert reader.next() == Received("a", c.StartTls())
    reader.feed(data)
    if not data.endswith(b"pw\r\n"):
        assert reader.next() is None
    reader.clear()
    assert reader.held == 0
    assert read(NEXT, reader=reader) == [Received("next", c.Noop())]


def test_bare_line_feeds_end_lines():
    """People type commands by hand."""
    assert read(b"a NOOP\nb LOGIN {3+}\nann pw\n") == [Received("a", c.Noop()), Received("b", c.Login("ann", "pw"))]


def test_transcripts_see_no_secrets():
    """Neither of what was read nor of what could not be."""
    assert [
        replace(event).shown
        for event in read(b"a LOGIN ann pw\r\nb LOGIN ann\r\nc NOOP\r\n")
        if not isinstance(event, Line | Continue)
    ] == ["a LOGIN ***", "b LOGIN ***", "c NOOP"]


def test_fuzz():
    """Seeds with octets lost, doubled, changed and swapped: only events come of them, and the end is found again."""
    chance = random.Random(7)
    for _ in range(3_000):
        data = bytearray(b"".join(chance.choices(SEEDS, k=3)))
        for _ in range(chance.randint(1, 4)):
            mutate(data, chance)
        reader = CommandReader(LIMIT)
        for event in read(bytes(data), chance.choice([1, 7, 1000]), reader):
            assert isinstance(event, Received | Refused | Continue)
            if isinstance(event, Refused):
                assert event.text.isprintable() and event.tag != ""


@given(st.lists(st.one_of(st.binary(max_size=30), st.sampled_from([*SEEDS, b"{3+}\r\n", b"a "])), max_size=5))
def test_any_octets(pieces: list[bytes]):
    """They are answered or waited for; each line's end brings an answer, a request or the octets of a literal."""
    reader = CommandReader(LIMIT)
    for piece in pieces:
        assert all(isinstance(event, Received | Refused | Continue) for event in read(piece, reader=reader))


def mutate(data: bytearray, chance: random.Random) -> None:
    """Lose, double, change or insert some octets."""
    start = chance.randrange(len(data) + 1)
    end = start + chance.randint(1, 8)
    kind = chance.randrange(4)
    if kind == 0:
        del data[start:end]
    elif kind == 1:
        data[start:start] = data[start:end]
    elif kind == 2:
        data[start:end] = chance.randbytes(end - start)
    else:
        data[start:start] = chance.choice(
            [b"(", b")", b'"', b"{3}\r\n", b"{9+}\r\n", b"\r\n", b"\\", b"[", b"*", b" ", b"\x00", b"]"]
        )


@pytest.mark.parametrize("size", [1, 100, 1 << 16])
def test_a_megabyte_of_uids(size: int):
    """In however small pieces; a fifth of a second is what a client waits for at most."""
    uids = b",".join(b"%d" % number for number in range(100_001, 398_001, 2))
    data = b"a UID FETCH %s (FLAGS)\r\n" % uids
    assert len(data) > 1_040_000
    start = time.process_time()
    (event,) = read(data, size)
    spent = time.process_time() - start
    assert isinstance(event, Received)
    assert spent < (0.2 if size > 1000 else 3)


def test_a_megabyte_of_literals():
    """Linear in their number."""
    start = time.process_time()
    refused("a", b"a SEARCH" + b" {0+}\r\n" * (LINE_LIMIT // 6) + b"\r\n")
    assert time.process_time() - start < 3
