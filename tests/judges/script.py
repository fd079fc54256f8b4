r"""The dialogues: what they look like.

    # What the dialogue shows.
    == examine                       a section: a user of its own, with an empty INBOX
    mail plain.eml nested.eml        these mails (folder mails) come in for that user
    C: FETCH 1 BODY[]<0.10>          a command of the first connection, which has logged in; the tag is added
    D: IDLE                          the same of a second one, E: of a third
    N: LOGIN {user} secret           a connection that nobody has logged in on
    N+ AGFubgBzZWNyZXQ=              the line after the server's "+"
    D? EXISTS                        read until the server has said something that holds this word
    C: APPEND INBOX {{plain.eml}}    a mail as a literal that does not wait ({n+}); {{plain.eml!}} waits for "+"
    N+ {plain}                       what SASL's PLAIN says for the user; {base64:…} encodes what is named
    N: LOGIN {{=user!}} secret       the user's name as a literal
    C: SELECT {5+}⏎INBOX             ⏎ is CRLF within a command; after {n} the client waits for "+"
    ~ why the two differ             after a command: the reason, then what only Dovecot says (-) and what only we say (+)
    - * SEARCH
    + BAD

POP3 is told the same way; its connections have said USER and PASS.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAILS = Path(__file__).with_name("mails")
STEP = re.compile(r"([A-Z])([:+?]) (.*)")


@dataclass(slots=True)
class Step:
    """Something said or awaited on one connection, or mail that comes in; and the difference that is known."""

    kind: str  # ":" command, "+" continuation, "?" awaited, "mail"
    connection: str
    text: str
    number: int
    reason: str = ""
    difference: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"mail {self.text}" if self.kind == "mail" else f"{self.connection}{self.kind} {self.text}"


@dataclass(slots=True)
class Section:
    """Steps for one user."""

    title: str
    user: str
    steps: list[Step] = field(default_factory=list)

    @property
    def commands(self) -> int:
        """How many commands it has."""
        return sum(step.kind == ":" for step in self.steps)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A file of sections."""

    path: Path
    sections: list[Section]

    @property
    def steps(self) -> Iterator[Step]:
        """Every step of every section."""
        for section in self.sections:
            yield from section.steps


def read(path: Path) -> Dialogue:
    """Read a dialogue. Raises ValueError for a line that is none."""
    sections: list[Section] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("== "):
            sections.append(Section(line[3:], f"{path.stem}.{len(sections) + 1}@judge.test"))
        elif line and not line.startswith("# "):
            _add(sections[-1].steps, line, number, path.name)
    return Dialogue(path, sections)


def _add(steps: list[Step], line: str, number: int, name: str) -> None:
    mark, _, rest = line.partition(" ")
    if match := STEP.fullmatch(line):
        steps.append(Step(match[2], match[1], match[3], number))
    elif mark == "mail":
        steps.append(Step("mail", "", rest, number))
    elif mark == "~":
        steps[-1].reason = rest
    elif mark in ("-", "+"):
        steps[-1].difference.append(line)
    else:
        raise ValueError(f"{name}:{number}: what is {line!r}?")


def mail(name: str) -> bytes:
    """Give a mail as it is on the wire."""
    return (MAILS / name).read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def filled(text: str, user: str) -> str:
    """Put the user's name, and what is made of it, into a step."""
    text = text.replace("{user}", user).replace("{plain}", encoded(f"\0{user}\0secret"))
    return re.sub(r"\{base64:(\w+)\}", lambda match: encoded({"user": user}.get(match[1], match[1])), text)


def encoded(text: str) -> str:
    """Give base64."""
    return b64encode(text.encode()).decode("ascii")


def pieces(text: str, user: str) -> list[bytes]:
    """Give a command in pieces; the client waits for "+" before each but the first."""
    whole = b""
    for part in re.split(r"(\{\{[=\w.-]+!?\}\})", filled(text, user).replace("⏎", "\r\n")):
        match = re.fullmatch(r"\{\{([=\w.-]+)(!?)\}\}", part)
        if match is None:
            whole += part.encode()
            continue
        raw = user.encode() if match[1] == "=user" else mail(match[1])
        whole += b"{%d%s}\r\n%s" % (len(raw), b"" if match[2] else b"+", raw)
    return _at_literals(whole + b"\r\n")


def _at_literals(whole: bytes) -> list[bytes]:
    """Cut after each `{n}` that waits; what a literal holds is not looked at."""
    found: list[bytes] = []
    start = at = 0
    while match := re.compile(rb"\{(\d+)(\+?)\}\r\n").search(whole, at):
        if not match[2]:
            found.append(whole[start : match.end()])
            start = match.end()
        at = match.end() + int(match[1])
    return [*found, whole[start:]]
