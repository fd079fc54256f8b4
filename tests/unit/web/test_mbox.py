"""mailcatch.web.mbox: what goes out comes in again, byte by byte."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.errors import TooLarge
from mailcatch.web.mbox import Item, Kept, read, write

NASTY = st.lists(
    st.sampled_from([b"From ", b">From ", b"\n", b"\r\n", b"\r", b">", b"x", b"\0", b"\xff", b"From a\n"]), max_size=30
).map(b"".join)


def kept(raw: bytes, **values: object) -> Kept:
    """Return what an export keeps of some bytes."""
    return Kept(**{"size": len(raw), "received_at": 1_700_000_000_123, "mail_from": "a@x.test", **values})


def chunks(data: bytes, size: int) -> list[bytes]:
    """Cut data into pieces."""
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.lists(NASTY, max_size=5), st.integers(1, 40))
def test_any_bytes_come_back(raws: list[bytes], size: int) -> None:
    """However they are cut on the way."""
    items = [Item(raw, kept(raw, mail_from=raw.decode("latin-1"))) for raw in raws]
    data = b"".join(write(item.raw, item.kept) for item in items if item.kept)
    assert list(read(chunks(data, size), 10_000)) == items


def test_everything_that_is_no_mail_comes_back_too() -> None:
    """Envelope, flags and tags lie in the `From ` line, not in the mail."""
    value = kept(
        b"Subject: x\r\n\r\n",
        rcpt_to=[("bcc@x.test", {"NOTIFY": "NEVER"})],
        helo="h",
        peer="p",
        tls="t",
        auth_user="u",
        listener="l",
        protocol="SMTP",
        read=True,
        pinned=True,
        binned=True,
        tags=["a b", "ü"],
        mail_params={"SIZE": "1"},
    )
    (item,) = read([write(b"Subject: x\r\n\r\n", value)], 1000)
    assert item.kept == value
    assert value.envelope().rcpt_to[0].params == {"NOTIFY": "NEVER"}


def test_other_programs_read_it(tmp_path: Path) -> None:
    """The standard library's mbox finds each message and its sender."""
    path = tmp_path / "out.mbox"
    path.write_bytes(
        b"".join(write(raw, kept(raw)) for raw in (b"Subject: 1\r\n\r\nFrom me\r\n", b"Subject: 2\r\n\r\n"))
    )
    assert [message["Subject"] for message in mailbox.mbox(path)] == ["1", "2"]


def test_the_mbox_of_another_program() -> None:
    """Its lines get the CRLF they were sent with; what stands before the first message is none."""
    data = b"garbage\nFrom a@x.test Thu Jan  1 00:00:00 1970\nSubject: 1\n\n>From me\n\nFrom b\nSubject: 2\n\nx\n"
    assert [item.raw for item in read([data], 1000)] == [
        b"Subject: 1\r\n\r\nFrom me\r\n",
        b"Subject: 2\r\n\r\nx\r\n",
    ]


def test_a_message_that_is_too_large_is_refused_before_it_is_all_there() -> None:
    """Memory is bounded by the limit, not by the file."""
    taken = 0

    def endless() -> object:
        nonlocal taken
        yield b"From a\n"
        while True:
            taken += 1 << 16
            yield b"x" * (1 << 16)

    with pytest.raises(TooLarge):
        list(read(endless(), 1 << 20))  # type: ignore[arg-type]
    assert taken < 4 << 20


def test_nothing_is_nothing() -> None:
    """An empty file, or one that is no mbox, has no messages."""
    assert list(read([], 10)) == list(read([b"", b"hello\n"], 10)) == []


@pytest.mark.parametrize("junk", [b"!!!", b"e30", b"AAAA"])
def test_a_broken_note_is_ignored(junk: bytes) -> None:
    """The mail is taken all the same."""
    (item,) = read([b"From a date mailcatch:" + junk + b"\nSubject: 1\r\n\r\n\n"], 1000)
    assert item == Item(b"Subject: 1\r\n\r\n", None)
