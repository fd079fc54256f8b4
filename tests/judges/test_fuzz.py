"""Lines in every state, whole, cut short and doubled: each gets its tag or a clean close, and the server stays well."""

from __future__ import annotations

import random
import re
import socket

import pytest

from tests.judges.script import mail
from tests.judges.servers import Ours
from tests.support.imap_seeds import SEEDS

PATIENCE = 20.0
"""Seconds after which a server that neither answers nor closes has failed."""

LOGIN = b"l LOGIN fuzz@judge.test x\r\n"
STATES = {
    "before the login": b"",
    "logged in": LOGIN,
    "selected": LOGIN + b"s SELECT INBOX\r\n",
    "examined": LOGIN + b"s EXAMINE INBOX\r\n",
    "condstore": LOGIN + b"s SELECT INBOX (CONDSTORE)\r\n",
    "idle": LOGIN + b"s SELECT INBOX\r\ni IDLE\r\n",
}
ENDS = re.compile(rb"(?i)AUTHENTICATE|IDLE|LOGOUT|STARTTLS")
"""After these the next line is no command."""
POP3_SEEDS = (
    b"USER fuzz@judge.test\r\n", b"PASS x\r\n", b"STAT\r\n", b"LIST\r\n", b"LIST 1\r\n", b"UIDL 2\r\n", b"RETR 1\r\n",
    b"TOP 1 10\r\n", b"DELE 2\r\n", b"RSET\r\n", b"NOOP\r\n", b"CAPA\r\n", b"AUTH PLAIN AGEAYg==\r\n", b"AUTH PLAIN\r\n=\r\n",
)  # fmt: skip
POP3_STATES = {"before the login": b"", "logged in": b"USER fuzz@judge.test\r\nPASS x\r\n"}


def mutated(seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Give a command that is whole, cut short, or has bytes doubled, changed, taken out, or another's end."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        at = chance.randrange(len(data) + 1)
        end = min(at + chance.randint(1, 12), len(data))
        way = chance.randrange(5)
        if way == 0:
            del data[at:end]
        elif way == 1:
            data[at:at] = data[at:end] * chance.randint(1, 3)
        elif way == 2:
            data[at:at] = chance.choice(
                (b"(", b")", b'"', b"\\", b"{", b"}", b"[", b"]", b"\x00", b"\xff", b"*", b"%", b"\r", b"\n")
            )
        elif way == 3:
            data[at:end] = chance.randbytes(end - at)
        else:
            data[at:] = chance.choice(seeds)[at:]
    return bytes(data)


def said_to(address: tuple[str, int], data: bytes) -> bytes:
    """Say everything at once and end our half; give all that comes until the server closes."""
    with socket.create_connection(address, timeout=PATIENCE) as sock:
        received = bytearray()
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            while chunk := sock.recv(1 << 16):
                received += chunk
        except ConnectionError:
            pass  # closed with our words unread
        return bytes(received)


@pytest.fixture(scope="module", autouse=True)
def maildrop(served: Ours) -> None:
    """Let the fuzzed account have some mail."""
    for _ in range(3):
        served.deliver("fuzz@judge.test", mail("nested.eml"))


@pytest.mark.parametrize("state", STATES)
def test_imap(served: Ours, state: str):
    """Whatever is said ends in complete lines and a close, and the next connection is served."""
    chance = random.Random(state)
    for _ in range(60):
        data = b"".join(mutated(SEEDS, chance) for _ in range(chance.randint(1, 6)))
        answer = said_to(served.imap, STATES[state] + data)
        assert answer.startswith(b"* OK "), data
        assert answer.endswith(b"\r\n"), (data, answer[-200:])
    well(served)


@pytest.mark.parametrize("state", ["before the login", "logged in", "selected", "examined", "condstore"])
def test_imap_answers_each_tag(served: Ours, state: str):
    """A line without literals and line ends within gets its tag, in its order."""
    chance = random.Random(state)
    for _ in range(30):
        lines = [line for line in (line_of(mutated(SEEDS, chance)) for _ in range(5)) if not ENDS.match(line)]
        sent = b"".join(b"t%d %s\r\n" % (number, line) for number, line in enumerate(lines))
        answer = said_to(served.imap, STATES[state] + sent)
        tags = re.findall(rb"^t(\d) (?:OK|NO|BAD)", answer, re.MULTILINE)
        assert tags == [b"%d" % number for number in range(len(tags))], (sent, answer)
        assert len(tags) == len(lines) or b"\r\n* BYE " in answer, (sent, answer)
    well(served)


def line_of(data: bytes) -> bytes:
    """Give the first line of a command without its tag and without what would announce a literal."""
    first = re.split(rb"[\r\n]", data)[0].partition(b" ")[2]
    return first.replace(b"{", b"").replace(b"}", b"").replace(b"\x00", b"")


@pytest.mark.parametrize("state", POP3_STATES)
def test_pop3(served: Ours, state: str):
    """The same for POP3."""
    chance = random.Random(state)
    for _ in range(100):
        data = b"".join(mutated(POP3_SEEDS, chance) for _ in range(chance.randint(1, 6)))
        answer = said_to(served.pop3, POP3_STATES[state] + data)
        assert answer.startswith(b"+OK "), data
        assert answer.endswith(b"\r\n"), (data, answer[-200:])
    well(served)


def well(served: Ours) -> None:
    """Hold that the server still serves, and has not raised."""
    assert b"t OK" in said_to(served.imap, LOGIN + b"t SELECT INBOX\r\n")
    assert said_to(served.pop3, b"QUIT\r\n").count(b"+OK") == 2
    assert "Traceback" not in served.running.log, served.running.log[-3000:]
