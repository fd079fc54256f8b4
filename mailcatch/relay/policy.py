"""Who may be sent to. Pure: rules and an address in, a decision with its rule out.

Nothing leaves without a rule that allows it: the relay is on, and the final recipient, after every rewrite, is on the
allow-list and not on the deny-list. A local domain is never relayed.
"""

from __future__ import annotations

import re

from msgspec import Struct

from mailcatch.address import key_of
from mailcatch.recipients import Placed, is_within, parts_of
from mailcatch.relay.domains import BadDomain, ascii_domain
from mailcatch.trace import Decision

_UNCLEAN = re.compile("[\0-\x20\x7f-\x9f\ud800-\udfff<>]")


class BadRule(ValueError):
    """A rule of the allow-list or deny-list that is none; the text says what one looks like."""


class Rule(Struct, frozen=True):
    """One line of a list: an address, `@domain`, or `*.domain`, which is every domain below it but not itself."""

    text: str
    key: str
    """What is compared: an address's key, or a domain as A-label."""

    def matches(self, key: str, domain: str) -> bool:
        """Tell whether an address, given as its key and domain, is meant."""
        if self.text.startswith("*."):
            return domain.endswith(f".{self.key}")
        if self.text.startswith("@"):
            return domain == self.key
        return key == self.key


class Policy(Struct, frozen=True):
    """The rules of one relay."""

    enabled: bool = False
    allow: tuple[Rule, ...] = ()
    deny: tuple[Rule, ...] = ()
    redirect_to: str | None = None
    local_domains: frozenset[str] = frozenset()
    """As A-labels; a leading dot means what is below it too (`Recipients.domains`)."""

    def decide(self, asked: str) -> Decision:
        """Say what becomes of a recipient, and why."""
        if self.enabled and self.redirect_to is not None and not self.is_local(asked):
            return self._decide(asked, self.redirect_to)
        return self._decide(asked, asked)

    def place(self, sender: str, address: str) -> Placed:
        """Say the same at the SMTP door of one recipient, whoever sends (`recipients.Relay`)."""
        decision = self.decide(address)
        return Placed(decision.way, decision.rule)

    def _decide(self, asked: str, final: str) -> Decision:
        if self.is_local(final):
            return Decision(asked, final, "local", f"local-domain {key_of(final).domain}")
        if not self.enabled:
            return Decision(asked, final, "none", "relay.enabled is off")
        try:
            key, domain = _key_of(final)
        except BadDomain as error:
            return Decision(asked, final, "blocked", str(error))
        if denied := _first(self.deny, key, domain):
            return Decision(asked, final, "blocked", f"relay.deny {denied.text}")
        if allowed := _first(self.allow, key, domain):
            return Decision(asked, final, "relay", f"relay.allow {allowed.text}")
        return Decision(asked, final, "blocked", "no rule of relay.allow matches")

    def is_local(self, address: str) -> bool:
        """Tell whether mail for an address stays here; by either way to read its domain, for staying is safe."""
        if not self.local_domains:
            return False
        try:
            strict = _key_of(address)[1]
        except BadDomain:
            strict = ""
        return is_within(strict, self.local_domains) or is_within(parts_of(address)[1], self.local_domains)


def read_rule(text: str) -> Rule:
    """Read one rule. Raises BadRule."""
    text = text.strip()
    try:
        for mark in ("*.", "@"):
            if text.startswith(mark):
                return Rule(text, ascii_domain(text[len(mark) :]))
        return Rule(text, _key_of(text)[0])
    except BadDomain as error:
        raise BadRule(f"{text!r} is no rule ({error}): write an address, @example.com or *.example.com") from error


def _key_of(address: str) -> tuple[str, str]:
    """Return an address as it is compared, and its domain as it is dialled. Raises BadDomain."""
    local, at, domain = address.rpartition("@")
    if not at or not local or _UNCLEAN.search(address):
        raise BadDomain("not an address with a domain")
    domain = ascii_domain(domain)
    return f"{key_of(f'{local}@x').key.rpartition('@')[0]}@{domain}", domain


def _first(rules: tuple[Rule, ...], key: str, domain: str) -> Rule | None:
    return next((rule for rule in rules if rule.matches(key, domain)), None)
