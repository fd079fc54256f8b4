"""One option: a field of the configuration in its four spellings, and how it is read and shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal

from mailcatch.kinds import LISTENERS, Kind

Spelling = Literal["all", "file", "environment"]
"""Where a value may be given: anywhere; or in the file only, or in the environment only, for reasons of safety."""

_PREFIX = "MAILCATCH_"


@dataclass(frozen=True, slots=True)
class Option:
    """How a field is spelt outside. `fallback` says in words what the default is, where the machine decides.

    `table` is where the file has it, as ("relay", "dns", "servers"), for what is not a key at its top. A `secret` is
    never shown.
    """

    field: str
    name: str
    kind: Kind
    help: str
    default: object
    short: str | None = None
    fallback: str | None = None
    table: tuple[str, ...] | None = None
    spelling: Spelling = "all"
    secret: bool = False

    @property
    def flag(self) -> str:
        """The option of the command line."""
        return f"--{self.name}"

    @property
    def key(self) -> str:
        """The parameter's name in Python."""
        return self.name.replace("-", "_")

    @property
    def in_file(self) -> str:
        """How the file spells it, for people: `max-age`, or `[relay.dns] servers`."""
        return self.name if self.table is None else f"[{'.'.join(self.table[:-1])}] {self.table[-1]}"

    @property
    def variable(self) -> str:
        """The environment variable."""
        return _PREFIX + self.key.upper()

    def shown(self, value: object) -> str:
        """Return a value as the environment spells it, and stars for a secret."""
        if self.secret:
            return "***" if value else ""
        if not isinstance(value, tuple):
            return self.kind.show(value)
        return " ".join(map(self.kind.show, value)) or ("off" if self.kind is LISTENERS else "")

    def gathered(self, values: tuple[object, ...]) -> tuple[object, ...]:
        """Return the value of a repeatable option from those read one by one. Raises ValueError: `off` goes alone."""
        if None not in values:
            return values
        if len(values) > 1:
            raise ValueError("off goes alone: it cannot be combined with a port")
        return ()


def option(
    kind: Kind,
    help: str,
    *,
    name: str | None = None,
    short: str | None = None,
    fallback: str | None = None,
    table: tuple[str, ...] | None = None,
    spelling: Spelling = "all",
    secret: bool = False,
) -> dict[str, Any]:
    """Return the metadata that makes a field an option, named as the field, with dashes, unless `name` differs."""
    return {
        "kind": kind, "help": help, "name": name, "short": short, "fallback": fallback, "table": table,
        "spelling": spelling, "secret": secret,
    }  # fmt: skip


def options_of(section: type) -> Iterator[Option]:
    """Yield the options of one section."""
    for each in fields(section):
        data = dict(each.metadata)
        name = data.pop("name") or each.name.replace("_", "-")
        yield Option(field=each.name, name=name, default=each.default, **data)
