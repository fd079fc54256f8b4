"""The tables of the configuration file, `[[inbox]]` and `[[tag]]`: read once, each mistake said with its place."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from mailcatch.errors import ConfigError
from mailcatch.rules import MOST_RULES, InboxRule, Network, Rules, TagRule, is_inbox_name, tag_of

NAMES = frozenset({"inbox", "tag"})
"""The keys that are tables of this module."""

_INBOX = ("name", "label", "helo", "client")
_TAG = ("name", "query")
_LONGEST = 1_000  # characters of one value


def rules_of(file: str, tables: Mapping[str, Any]) -> Rules:
    """Read both kinds of tables. Raises ConfigError, which names file, table and key."""
    inboxes = tuple([_inbox(each) for each in _each(file, tables, "inbox", _INBOX)])
    doubled = {rule.name for number, rule in enumerate(inboxes) if rule.name in {i.name for i in inboxes[:number]}}
    if doubled:
        raise ConfigError(f"{file}: [[inbox]] {min(doubled)!r} is there twice")
    return Rules(inboxes, tuple([_tag(each) for each in _each(file, tables, "tag", _TAG)]))


class _Table:
    """One table, with the words for where it is."""

    def __init__(self, place: str, values: Mapping[str, Any]) -> None:
        self.place, self._values = place, values

    def text(self, key: str, *, default: str = "") -> str:
        value = self._values.get(key, default)
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise ConfigError(f"{self.place}: {key} is a text of at most {_LONGEST} characters")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._values.get(key, [])
        several = [value] if isinstance(value, str) else value
        if not isinstance(several, list) or not all(isinstance(each, str) and each for each in several):
            raise ConfigError(f"{self.place}: {key} is a text, or a list of some")
        return tuple(several)


def _each(file: str, tables: Mapping[str, Any], name: str, keys: tuple[str, ...]) -> list[_Table]:
    found = tables.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ConfigError(f"{file}: {name} is a table: write [[{name}]]")
    if len(found) > MOST_RULES:
        raise ConfigError(f"{file}: there are more than {MOST_RULES} tables [[{name}]]")
    made = []
    for number, values in enumerate(found, 1):
        place = f"{file}: [[{name}]] number {number}"
        if unknown := sorted(set(values) - set(keys)):
            raise ConfigError(f"{place}: there is no key {unknown[0]!r}; it has {', '.join(keys)}")
        made.append(_Table(place, values))
    return made


def _inbox(table: _Table) -> InboxRule:
    name = table.text("name")
    if not is_inbox_name(name):
        raise ConfigError(f"{table.place}: name is 1 to 63 of a-z 0-9 . _ -, and begins with one of a-z 0-9")
    helo = tuple([each.lower() for each in table.texts("helo")])
    return InboxRule(name, table.text("label"), helo, tuple([_network(table, each) for each in table.texts("client")]))


def _network(table: _Table, text: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise ConfigError(f"{table.place}: client {text!r} is no address or network, as 172.18.0.0/16") from error


def _tag(table: _Table) -> TagRule:
    tag = tag_of(table.text("name"))
    if tag is None:
        raise ConfigError(f"{table.place}: name is a text of 1 to 100 characters, without control characters")
    query = table.text("query")
    if not query.strip():
        raise ConfigError(f"{table.place}: query says which mail gets the tag, as from:shop.example")
    return TagRule(tag, query)
