"""Reads the part of the Dockerfile's language that ours uses, and refuses the rest rather than guess."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

KNOWN = frozenset({"FROM", "RUN", "COPY", "ENV", "USER", "WORKDIR", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT"})


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its name in capitals, and the rest of its line with the continuations joined."""

    name: str
    rest: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One build stage: its base image, its name or None, and what is done in it."""

    base: str
    name: str | None
    steps: tuple[Instruction, ...]

    def last(self, name: str) -> str:
        """Give the last instruction of a name, which is the one that counts."""
        return next(step.rest for step in reversed(self.steps) if step.name == name)


def instructions(text: str) -> Iterator[Instruction]:
    """Give the instructions in order; ValueError for one that the replay does not know."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n", "", lines).splitlines():
        if line.strip():
            name, rest = line.split(None, 1)
            if name not in KNOWN:
                raise ValueError(f"the replay knows no {name}")
            yield Instruction(name, rest.strip())


def stages(text: str) -> tuple[Stage, ...]:
    """Cut a Dockerfile into its stages."""
    found: list[tuple[str, list[Instruction]]] = []
    for step in instructions(text):
        if step.name == "FROM":
            found.append((step.rest, []))
        else:
            found[-1][1].append(step)
    return tuple(stage(head, steps) for head, steps in found)


def stage(head: str, steps: list[Instruction]) -> Stage:
    """Make a stage of what follows FROM, `IMAGE [AS NAME]`."""
    base, _, name = head.partition(" AS ")
    return Stage(base, name or None, tuple(steps))


def command(rest: str) -> list[str]:
    """Give the words of an exec form: `CMD ["a", "b"]`, with or without options before it."""
    words = json.loads(rest[rest.index("[") :])
    if not (isinstance(words, list) and all(isinstance(word, str) for word in words)):
        raise ValueError(f"not an exec form: {rest}")
    return words


def environment(rest: str) -> dict[str, str]:
    """Read `NAME=VALUE NAME=VALUE …`."""
    return dict(word.split("=", 1) for word in shlex.split(rest))


def context(folder: Path, ignore: str) -> Iterator[Path]:
    """Give the files of a build's context, relative to `folder`: the last matching line of .dockerignore decides."""
    rules = [line for line in ignore.splitlines() if line and not line.startswith("#")]
    for where, folders, files in os.walk(folder):
        base = PurePosixPath(Path(where).relative_to(folder))
        folders[:] = sorted(name for name in folders if not closed(base / name, rules))
        yield from (Path(base / name) for name in sorted(files) if not ignored(base / name, rules))


def closed(path: PurePosixPath, rules: list[str]) -> bool:
    """Tell whether all of a folder stays out: it does itself, and no rule lets a part of it in."""
    exceptions = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    return ignored(path, rules) and not any(each.startswith(("**/", f"{path}/")) for each in exceptions)


def ignored(path: PurePosixPath, rules: list[str]) -> bool:
    """Tell whether a file stays out; a rule that matches a folder holds for all that is in it."""
    verdict = False
    names = [path, *path.parents][:-1]
    for rule in rules:
        pattern = rule.removeprefix("!")
        if any(matches(name, pattern) for name in names):
            verdict = not rule.startswith("!")
    return verdict


def matches(path: PurePosixPath, pattern: str) -> bool:
    """Match one path against one pattern, in which `*` stays within a folder and `**/` means anywhere."""
    if pattern.startswith("**/"):
        return fnmatchcase(path.name, pattern.removeprefix("**/"))
    return len(path.parts) == len(PurePosixPath(pattern).parts) and fnmatchcase(path.as_posix(), pattern)
