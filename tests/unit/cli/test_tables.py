"""The tables `[[inbox]]` and `[[tag]]` of the configuration file."""

from __future__ import annotations

import tomllib
from ipaddress import ip_network

import pytest

from mailcatch.cli.tables import rules_of
from mailcatch.errors import ConfigError
from mailcatch.rules import InboxRule, Rules, TagRule


def read(text: str) -> Rules:
    return rules_of("mailcatch.toml", tomllib.loads(text))


def test_tables_are_read():
    """One text or a list of some."""
    text = """
    [[inbox]]
    name = "ci"
    label = "Builds"
    helo = ["Runner-*", "x"]
    client = "172.18.0.5/16"
    [[inbox]]
    name = "plain"
    [[tag]]
    name = "billing"
    query = "subject:invoice"
    """
    assert read(text) == Rules(
        (InboxRule("ci", "Builds", ("runner-*", "x"), (ip_network("172.18.0.0/16"),)), InboxRule("plain")),
        (TagRule("billing", "subject:invoice"),),
    )
    assert read("") == Rules()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('inbox = "x"', r"inbox is a table: write \[\[inbox\]\]"),
        ("[tag]\nname = 'x'", r"write \[\[tag\]\]"),
        ("[[inbox]]", "number 1: name is 1 to 63"),
        ("[[inbox]]\nname = 'No'", "name is 1 to 63"),
        ("[[inbox]]\nname = 'a'\n[[inbox]]\nname = 'a'", "'a' is there twice"),
        ("[[inbox]]\nname = 'a'\nhelo = 5", "helo is a text, or a list of some"),
        ("[[inbox]]\nname = 'a'\nclient = 'host'", "client 'host' is no address or network"),
        ("[[inbox]]\nname = 'a'\nttl = '1h'", "there is no key 'ttl'; it has name, label, helo, client"),
        ("[[tag]]\nname = 'a'", "query says which mail"),
        ("[[tag]]\nname = ''\nquery = 'x'", "name is a text of 1 to 100"),
        ("[[tag]]\nname = 'a'\nquery = 5", "query is a text"),
        ("[[tag]]\nname = 'a'\nquery = 'x'\n" * 101, "more than 100"),
    ],
)
def test_a_mistake_names_its_place(text: str, why: str):
    """File, table, number and key."""
    with pytest.raises(ConfigError, match=f"^mailcatch.toml: .*{why}|^mailcatch.toml: {why}"):
        read(text)
