"""What a client's lines mean, and what of them is kept."""

from __future__ import annotations

import pytest

from mailcatch.pop3.commands import Command, Unreadable, one_number, optional_number, parse, shown, two_numbers


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (b"STAT", Command("STAT")),
        (b"stat", Command("STAT")),
        (b"RETR 1", Command("RETR", b"1")),
        (b"PASS  two blanks ", Command("PASS", b" two blanks ")),
        (b"PASS", Command("PASS")),
        (b"", Command("")),
        (b"\xff\x00 x", Command("\ufffd\0", b"x")),
    ],
)
def test_a_line_is_a_keyword_and_the_rest(line: bytes, command: Command):
    """The rest as it is: a password may begin with a blank."""
    assert parse(line) == command


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (b"USER ann", b"USER ann"),
        (b"PASS secret word", b"PASS (hidden)"),
        (b"pass secret", b"PASS (hidden)"),
        (b"AUTH PLAIN", b"AUTH PLAIN"),
        (b"auth plain AGFubgBzZWNyZXQ=", b"auth plain (hidden)"),
        (b"AUTH  PLAIN  AGFubgBzZWNyZXQ=", b"AUTH PLAIN (hidden)"),
        (b"AUTH", b"AUTH"),
        (b"x" * 5_000, b"x" * 300),
    ],
)
def test_secrets_are_not_kept(line: bytes, kept: bytes):
    """Neither passwords nor the responses of AUTH, and no line at any length."""
    assert shown(line) == kept


def test_numbers():
    """One that may be there, one that must, and two."""
    assert optional_number(parse(b"LIST")) is None
    assert optional_number(parse(b"LIST 007")) == 7
    assert one_number(parse(b"RETR  12 ")) == 12
    assert two_numbers(parse(b"TOP 1 0")) == (1, 0)


@pytest.mark.parametrize("line", [b"LIST x", b"LIST 1 2", b"LIST -1", b"LIST 1.0", b"LIST \xb2", b"LIST 12345678901"])
def test_what_is_no_number_is_said(line: bytes):
    """Also one that is longer than any can be."""
    with pytest.raises(Unreadable):
        optional_number(parse(line))


@pytest.mark.parametrize("line", [b"TOP", b"TOP 1", b"TOP 1 2 3", b"TOP 1 x"])
def test_top_wants_two(line: bytes):
    """No more and no less."""
    with pytest.raises(Unreadable):
        two_numbers(parse(line))


def test_a_message_must_be_named():
    """Where a command is about one."""
    with pytest.raises(Unreadable, match="RETR takes a message number"):
        one_number(parse(b"RETR"))
