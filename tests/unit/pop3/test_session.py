"""The loop of a session: what is answered, when it ends, what is kept of it."""

from __future__ import annotations

import pytest

from mailcatch.config import Pop3Section
from tests.support.pop3 import Client, running


def test_commands_sent_ahead_are_answered_in_order():
    """All at once, with content between them (RFC 2449 §6.6)."""
    with running() as door:
        door.add(b"1\r\n", b"2\r\n")
        with door.connect() as client:
            client.send(b"USER all\r\nPASS x\r\nSTAT\r\nRETR 1\r\nRETR 2\r\nNOOP\r\nQUIT\r\n")
            answers = []
            while line := client.line():
                answers.append(line)
            assert answers == [
                "+OK and the password?",
                "+OK 2 messages (6 octets) of all",
                "+OK 2 6",
                *("+OK 3 octets", "1", "."),
                *("+OK 3 octets", "2", "."),
                "+OK nothing done",
                "+OK goodbye",
            ]


def test_ten_thousand_commands_sent_ahead():
    """They are answered, in pieces that a client reads at its pace."""
    with running() as door, door.connect("all") as client:
        client.send(b"STAT\r\n" * 10_000)
        assert {client.line() for _ in range(10_000)} == {"+OK 0 0"}


@pytest.mark.parametrize("command", ["STAT", "LIST", "UIDL", "RETR 1", "TOP 1 0", "DELE 1", "RSET", "NOOP"])
def test_before_the_login_there_is_no_maildrop(command: str):
    """And the answer says what to do."""
    with running() as door, door.connect() as client:
        assert client.ask(command) == "-ERR log in first"


@pytest.mark.parametrize("command", ["USER x", "PASS x", "AUTH PLAIN", "STLS"])
def test_after_the_login_there_is_no_other(command: str):
    """A session is one account's."""
    with running() as door, door.connect("all") as client:
        assert client.ask(command) == "-ERR you are logged in already"


@pytest.mark.parametrize("line", [b"", b" ", b"APOP a b", b"HELO", b"GET / HTTP/1.1", b"\x16\x03\x01", b"\0"])
def test_what_is_no_command_is_refused(line: bytes):
    """Whatever it is."""
    with running() as door, door.connect() as client:
        assert client.ask(line) == "-ERR that is no command of POP3"


@pytest.mark.parametrize("size", [4_097, 12_289, 1 << 20])
def test_a_line_that_is_too_long_is_refused(size: int):
    """Once, and the next one is read."""
    with running() as door, door.connect() as client:
        assert client.ask("NOOP " + "x" * size) == "-ERR the line is too long"
        assert client.ask("NOOP") == "-ERR log in first"


def test_too_many_errors_end_the_session():
    """What comes after them is not answered."""
    with running(Pop3Section(max_errors=3)) as door:
        with door.connect() as client:
            client.send(b"X\r\n" * 10)
            assert [client.line() for _ in range(5)] == [
                *["-ERR that is no command of POP3"] * 3,
                "-ERR too many errors",
                "",
            ]
        assert door.ended()[0].outcome == "too many errors"


def test_a_silent_client_is_left_without_a_word():
    """And deletes nothing (RFC 1939 §3)."""
    with running(Pop3Section(idle_timeout=0.2)) as door:
        door.add(b"1\r\n")
        with door.connect("all") as client:
            client.ask("DELE 1")
            assert client.line() == ""
        assert door.ended()[0].outcome == "timed out"
        assert door.store.messages().total == 1


def test_who_logs_in_is_kept_at_once():
    """So that a message's path can name the session."""
    with running() as door, door.connect("ann@x.test"):
        seq = 0
        while not (sessions := door.store.sessions().sessions):
            seq = door.bus.wait(seq, 10)
        assert (sessions[0].protocol, sessions[0].auth_user, sessions[0].outcome) == ("POP3", "ann@x.test", None)


def test_the_dialogue_is_kept_without_its_secrets():
    """Few lines of an answer as they are, many and content as a number."""
    with running() as door:
        door.add(*[b"a: b\r\n\r\nbody\r\n"] * 30)
        with door.connect("all") as client:
            client.retrieve(1)
            client.many("LIST")
            client.ask("QUIT")
        (session,) = door.ended()
        kept = [(line.direction, line.line) for line in session.transcript or ()]
        assert kept == [
            ("S", "+OK mailcatch is ready"),
            ("C", "USER all"),
            ("S", "+OK and the password?"),
            ("C", "PASS (hidden)"),
            ("S", "+OK 30 messages (420 octets) of all"),
            ("C", "RETR 1"),
            ("S", "+OK 14 octets"),
            ("*", "14 octets of the message"),
            ("C", "LIST"),
            ("S", "+OK 30 messages (420 octets)"),
            ("*", "30 lines"),
            ("C", "QUIT"),
            ("S", "+OK goodbye"),
        ]


def test_a_client_that_only_looks_in_leaves_no_session():
    """A port scan is of no interest."""
    with running() as door:
        Client(door.address).close()
        with door.connect() as client:
            client.ask("QUIT")
        assert len(door.ended()) == 1
