"""Which inbox a mail is for: the first rule that fires, from what SMTP and its header say. Pure.

In this order: who logged in (AUTH), the header `X-Mailcatch-Inbox`, the recipients, the client by configuration, and
for all others `default`. A user or a header makes its inbox; recipients do so never, for `bob+news@…` and
`bob@www.mailcatch.example` are addresses like any other until somebody has made that inbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from mailcatch.address import a_label, key_of
from mailcatch.mime.headers import Fields, unfolded
from mailcatch.model import Envelope, Recipient
from mailcatch.rules import CATCH_DOMAIN, InboxRule, is_inbox_name
from mailcatch.store.api import TO_DEFAULT, Destination

HEADER = b"x-mailcatch-inbox"

NO_INBOX = frozenset({"null", "none", "user", "apikey"})
"""Users that mean nobody: what a settings file holds that nobody filled in, or a provider wants."""

_REMEMBERED = 1024
"""Clients whose table is known without looking."""


class Router:
    """Finds a mail's inboxes by the rules of one configuration."""

    def __init__(self, catch_domain: str = CATCH_DOMAIN, rules: Sequence[InboxRule] = ()) -> None:
        self._suffix = f".{a_label(catch_domain)}"
        self._clients = [_Clients(rule) for rule in rules if rule.helo or rule.client]
        self._configured = lru_cache(maxsize=_REMEMBERED)(self._find)

    def destination(self, envelope: Envelope, fields: Fields | None) -> Destination:
        """Return where a mail goes; `fields` are its own header's, None if that could not be read."""
        user = envelope.auth_user
        if user is not None and user not in NO_INBOX and is_inbox_name(user):
            return Destination(named=(user,))
        if fields is not None and (value := fields.get(HEADER)) is not None and is_inbox_name(name := unfolded(value)):
            return Destination(named=(name,))
        addressed = tuple(dict.fromkeys(self._addressed(envelope.rcpt_to)))
        configured = self._configured(envelope.helo or "", envelope.peer or "") if self._clients else None
        if configured is not None:
            return Destination(addressed=addressed, fallback=(configured,))
        return Destination(addressed=addressed) if addressed else TO_DEFAULT

    def _addressed(self, recipients: Sequence[Recipient]) -> Iterator[str]:
        """Yield what recipients would be the addresses of: `…@NAME.catch.domain`, `…+NAME@anywhere`."""
        for recipient in recipients:
            found = key_of(recipient.address)
            if found.domain.endswith(self._suffix) and is_inbox_name(name := found.domain.removesuffix(self._suffix)):
                yield name
            if "+" in found.key and is_inbox_name(tag := found.key.rpartition("@")[0].rpartition("+")[2]):
                yield tag

    def _find(self, helo: str, peer: str) -> str | None:
        """Return the inbox of the first table that a client fits."""
        greeting, address = helo.lower(), _address(peer.rpartition(":")[0].strip("[]"))
        return next((each.inbox for each in self._clients if each.fit(greeting, address)), None)


class _Clients:
    """Whose mail goes to a configured inbox: who greets by one of some names, or comes from one of some networks."""

    def __init__(self, rule: InboxRule) -> None:
        self.inbox = rule.name
        self._greets = [re.compile(_glob(helo), re.DOTALL).fullmatch for helo in rule.helo]
        self._networks = rule.client

    def fit(self, greeting: str, address: IPv4Address | IPv6Address | None) -> bool:
        """Tell whether a client is one of them."""
        if any(greets(greeting) for greets in self._greets):
            return True
        return address is not None and any(address in network for network in self._networks)


def _glob(pattern: str) -> str:
    """Return a pattern with `*` as a regular expression that never goes back: it takes linear time."""
    first, *others = map(re.escape, pattern.split("*"))
    if not others:
        return first
    return first + "".join([f"(?>.*?{piece})" for piece in others[:-1]]) + f".*{others[-1]}"


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
