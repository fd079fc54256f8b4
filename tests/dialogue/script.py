r"""The scripts: what they look like, and how one is held.

    # What the dialogue shows. A line of its own may also stand in between.
    @ max_recipients 2           a setting of the door's section, before the first line
    S: 220 mx.test *             what the server says, line by line; * stands for any text
    C: MAIL FROM:<a@x.test>      what the client says; CRLF is added
    C> half a line\r\n.\x00      the same as it is: escapes, and no CRLF
    C| 5000 x                    the same character so many times, and no CRLF
    C.                           the client ends its half of the connection
    S.                           the server ends the connection
    = 1                          so many mails are stored then

What the client says without an `S:` in between is sent in one piece. At the end the server must have said nothing that
the script does not hold.
"""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SILENCE = 10.0
"""Seconds after which a server that says nothing has failed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens: `kind` is the script's mark, `number` its line in the script."""

    kind: str
    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Script:
    """A dialogue with the settings it needs."""

    title: str
    settings: dict[str, float] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


class Differs(AssertionError):
    """The server said something else."""


def read(path: Path) -> Script:
    """Read a script. Raises ValueError for a line that is none."""
    lines = path.read_text("utf-8").splitlines()
    title = lines[0].removeprefix("# ")
    settings: dict[str, float] = {}
    steps: list[Step] = []
    for number, line in enumerate(lines, 1):
        mark, _, text = line.partition(" ")
        if mark == "@":
            name, _, value = text.partition(" ")
            settings[name] = float(value) if "." in value else int(value)
        elif mark in ("S:", "C:", "C>", "C|", "C.", "S.", "="):
            steps.append(Step(mark, text, number))
        elif mark not in ("#", ""):
            raise ValueError(f"{path.name}:{number}: what is {line!r}?")
    return Script(title, settings, tuple(steps))


def said(step: Step) -> bytes:
    """Give the bytes of what the client says."""
    if step.kind == "C:":
        return step.text.encode() + b"\r\n"
    if step.kind == "C|":
        count, _, character = step.text.partition(" ")
        return character.encode() * int(count)
    return re.sub(rb"\\(?:([rnt\\])|x([0-9a-f]{2}))", _unescaped, step.text.encode())


def _unescaped(match: re.Match[bytes]) -> bytes:
    return (
        bytes.fromhex(match[2].decode()) if match[2] else {b"r": b"\r", b"n": b"\n", b"t": b"\t"}.get(match[1], b"\\")
    )


def hold(script: Script, address: tuple[str, int]) -> Iterator[Step]:
    """Hold the dialogue; the steps that are about something else are given to the caller, when it is their turn."""
    with socket.create_connection(address, SILENCE) as connection, connection.makefile("rb") as stream:
        waiting = b""
        for step in script.steps:
            if step.kind in ("C:", "C>", "C|"):
                waiting += said(step)
                continue
            if waiting:
                connection.sendall(waiting)
                waiting = b""
            if step.kind == "C.":
                connection.shutdown(socket.SHUT_WR)
            elif step.kind in ("S:", "S."):
                _compare(step, stream.readline())
            else:
                yield step
        with contextlib.suppress(OSError):  # it may have ended already
            connection.shutdown(socket.SHUT_WR)
        rest = stream.read()
        if rest:
            raise Differs(f"after the end the server said {rest!r}")


def _compare(step: Step, heard: bytes) -> None:
    pattern = ".*".join(map(re.escape, step.text.split("*"))) + "\r\n" if step.kind == "S:" else ""
    if not re.fullmatch(pattern, heard.decode()):
        expected = step.text if step.kind == "S:" else "the end"
        raise Differs(f"line {step.number}: expected {expected!r}, the server said {heard!r}")
