"""Rules of the configuration file, the tables `[[inbox]]` and `[[tag]]`: frozen values that a text was checked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

CATCH_DOMAIN = "mailcatch.example"
"""Under which inboxes have addresses; form validators refuse `.test`, but not this one (RFC 2606 §3)."""

INBOX_NAME = "[a-z0-9][a-z0-9._-]{0,62}"
"""What the name of an inbox is, as a regular expression."""

TAG = r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,100}"
"""What a tag is, as a regular expression; blanks neither begin nor end it, and follow each other nowhere."""

MOST_RULES = 100
"""Tables of a kind in one file: each is asked about every mail."""

Network = IPv4Network | IPv6Network

is_inbox_name = re.compile(INBOX_NAME).fullmatch


def tag_of(text: str) -> str | None:
    """Return a text as a tag, its white space made single blanks; None if it cannot be one."""
    tag = " ".join(text.split())
    return tag if re.fullmatch(TAG, tag) else None


@dataclass(frozen=True, slots=True)
class InboxRule:
    """An inbox that is there from the start. Mail goes to it from a client that greets so, or comes from there.

    `helo` are names in lower case in which `*` stands for anything. A rule without `helo` and `client` only makes it.
    """

    name: str
    label: str = ""
    helo: tuple[str, ...] = ()
    client: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True)
class TagRule:
    """A tag for mail that matches a query, in the text language, when it arrives."""

    tag: str
    query: str


@dataclass(frozen=True, slots=True)
class Rules:
    """All tables of one file."""

    inboxes: tuple[InboxRule, ...] = ()
    tags: tuple[TagRule, ...] = ()
