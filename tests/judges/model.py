"""What a client knows of a mailbox from what the server told it, and nothing else (RFC 3501 §7.3, §7.4; RFC 7162)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.judges.tokens import Value, values


class Contradiction(AssertionError):
    """The server told something that cannot be: a number that is not there, a mailbox that shrinks by itself."""


SILENT = re.compile(r"(?P<uid>UID )?STORE (?P<set>\S+) (?:\(.*?\) )?(?P<sign>[+-]?)FLAGS\.SILENT \((?P<flags>.*)\)")


def numbers(text: str) -> frozenset[int]:
    """Read a set of numbers without `*`."""
    ends = [tuple(map(int, each.split(":"))) for each in text.split(",")]
    return frozenset(number for each in ends for number in range(min(each), max(each) + 1))


def changed(flags: frozenset[str], sign: str, given: frozenset[str]) -> frozenset[str]:
    """Give flags after a STORE."""
    return {"+": flags | given, "-": flags - given, "": given}[sign]


@dataclass(slots=True)
class Known:
    """What is known of one message; None is not told yet."""

    uid: int | None = None
    flags: frozenset[str] | None = None
    modseq: int | None = None


@dataclass(slots=True)
class Model:
    """The mailbox as one session has been told."""

    messages: list[Known] = field(default_factory=list)
    expunges: int = 0

    def hear(self, response: bytes) -> None:
        """Take in one response. Raises Contradiction."""
        if not response.startswith(b"* "):
            return
        found = values(response)
        if len(found) < 3 or not str(found[1]).isdigit():
            return
        number, kind = int(str(found[1])), str(found[2]).upper()
        if kind == "EXISTS":
            self._exists(number)
        elif kind == "EXPUNGE":
            self._at(number, response)
            del self.messages[number - 1]
            self.expunges += 1
        elif kind == "FETCH":
            self._fetched(self._at(number, response), found[3])

    def _exists(self, number: int) -> None:
        if number < len(self.messages):
            raise Contradiction(f"EXISTS {number}, but {len(self.messages)} were there and none was expunged")
        self.messages += [Known() for _ in range(number - len(self.messages))]

    def _at(self, number: int, response: bytes) -> Known:
        if not 1 <= number <= len(self.messages):
            raise Contradiction(f"{response[:80]!r}, but there are {len(self.messages)} messages")
        return self.messages[number - 1]

    def _fetched(self, known: Known, items: Value) -> None:
        assert isinstance(items, list)
        told = {str(name).upper(): value for name, value in zip(items[::2], items[1::2], strict=True)}
        if "UID" in told:
            uid = int(str(told["UID"]))
            if known.uid not in (None, uid):
                raise Contradiction(f"UID {known.uid} has become {uid}")
            known.uid = uid
        if "FLAGS" in told:
            flags = told["FLAGS"]
            assert isinstance(flags, list)
            known.flags = frozenset(str(flag).lower() for flag in flags) - {"\\recent"}
        if "MODSEQ" in told:
            modseq = told["MODSEQ"]
            assert isinstance(modseq, list)
            known.modseq = int(str(modseq[0]))

    def stored(self, command: str, answer: bytes) -> None:
        """Take over what a STORE with .SILENT has done: the server tells only what the client cannot know.

        Called before the untagged responses are heard, which may tell that others changed the same message.
        """
        match = SILENT.fullmatch(command)
        if match is None or answer.split(b" ", 2)[1] != b"OK":
            return
        refused = re.search(rb"\[MODIFIED ([\d:,]+)\]", answer)
        by_uid = match["uid"] is not None
        not_done = numbers(refused[1].decode()) if refused else frozenset()
        asked = numbers(match["set"])
        for number, known in enumerate(self.messages, 1):
            name = known.uid if by_uid else number
            if name in asked and name not in not_done and known.flags is not None:
                known.flags = changed(known.flags, match["sign"], frozenset(match["flags"].lower().split()))

    def rows(self) -> list[tuple[int | None, frozenset[str] | None, int | None]]:
        """Give what is known of each message, for comparing."""
        return [(known.uid, known.flags, known.modseq) for known in self.messages]
