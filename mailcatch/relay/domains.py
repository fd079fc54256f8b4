"""A domain as DNS is asked for it: an A-label by UTS 46 (RFC 5891). What is checked is what is dialled.

The key by which mailboxes are compared is laxer on purpose (`address.key_of` takes `straße` for `strasse`). What leaves
the machine must not be decided about one domain and then be sent to another.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_LONGEST = 253  # characters, RFC 1035 §2.3.4


class BadDomain(ValueError):
    """No domain that DNS could be asked for; the text says why."""


def ascii_domain(domain: str) -> str:
    """Return a domain in lower case as A-labels, or an address literal as it is (RFC 5321 §4.1.3). Raises BadDomain."""
    if domain.startswith("["):
        return literal(domain)
    if not domain.isascii():
        domain = _encoded(domain)
    domain = domain.lower().removesuffix(".")
    if not domain or len(domain) > _LONGEST or not all(map(_LABEL.match, domain.split("."))):
        raise BadDomain(f"{domain!r} is no domain name")
    if domain.rpartition(".")[2].isdigit():
        raise BadDomain(f"{domain!r} looks like an address: write it in brackets")
    return domain


def literal(domain: str) -> str:
    """Return an address literal in its one spelling, `[192.0.2.1]` or `[IPv6:2001:db8::1]`. Raises BadDomain."""
    inner = domain[1:-1] if domain.endswith("]") else ""
    try:
        if inner[:5].lower() == "ipv6:":
            return f"[IPv6:{IPv6Address(inner[5:])}]"
        return f"[{IPv4Address(inner)}]"
    except ValueError as error:
        raise BadDomain(f"{domain!r} is no address literal") from error


def address_in(domain: str) -> str | None:
    """Return the address that a literal names, None for a name."""
    return domain[1:-1].removeprefix("IPv6:") if domain.startswith("[") else None


def _encoded(domain: str) -> str:
    import idna  # its tables take a while to load, and few domains need them

    try:
        return idna.encode(domain, uts46=True, transitional=False).decode("ascii")
    except idna.IDNAError as error:
        raise BadDomain(f"{domain!r} is no domain name: {error}") from error
