"""What is known of a mail's way out: values that the relay makes, the store keeps, and web and command line show.

A *job* is one message on its way; its recipients each have a state. An *attempt* brings one job to one domain and
leaves a trace: events in their order, each with a kind and the facts of that kind (`KINDS`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

State = Literal["queued", "active", "deferred", "held", "sent", "failed", "expired", "cancelled", "blocked"]
"""queued → active → sent | failed | deferred (→ active again, at last expired); held by hand or over a limit; blocked:
not allowed, or its address is guarded; cancelled by hand or with the message."""

PENDING: frozenset[State] = frozenset({"queued", "active", "deferred", "held"})
"""What may still be sent: retention leaves such a message alone."""

FINAL: frozenset[State] = frozenset({"sent", "failed", "expired", "cancelled", "blocked"})

Stage = Literal[
    "policy", "dns", "connect", "banner", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot", "quit"
]
"""Where a recipient's attempt ended: the step that gave its result. `dot` is the reply to the whole message."""

Way = Literal["local", "relay", "blocked", "none"]
"""What the policy says of an address: delivered here, relayed, forbidden, or left alone because nothing asked."""

KINDS: Mapping[str, str] = {
    "route.decision": "address, way, rule; redirected: the address that was asked for",
    "idna": "domain, ascii",
    "dns.query": "name, type, server",
    "dns.answer": "name, type, rcode, ms, ttl, records, cname (the chain), server, error (extended, RFC 8914), note",
    "mx.order": "hosts: [{preference, name}] in the order in which they are tried",
    "mx.implicit": "name: there is no MX, so the domain itself is asked (RFC 5321 §5.1)",
    "mx.null": "domain: takes no mail (RFC 7505)",
    "mx.self": "name, dropped: it is us; this and all that are no better are left out (RFC 5321 §5.1)",
    "mx.cname": "name, target: an alias where a host name must be (RFC 2181 §10.3)",
    "mx.literal": "name: an address where a host name must be",
    "mx.noaddress": "name: no address was found for it",
    "tcp.connect": "host, address, port",
    "tcp.open": "host, address, port, ms, local",
    "tcp.fail": "host, address, port, ms, error, timeout",
    "smtp.c": "line, tls; `…` stands for what is secret",
    "smtp.s": "line, tls, ms (since the command)",
    "smtp.ext": "extensions",
    "tls.open": "version, cipher, names, issuer, expires, verified, why (it is not verified)",
    "tls.fail": "error",
    "tls.fallback": "plain: this retry does without TLS, for the handshake failed before",
    "smtp.body": "bytes, sha256, ms",
    "rcpt.result": "address, state, code, enhanced, text, stage, mta, uncertain",
    "next": "host, why: the next host or address is tried",
    "verdict": "text, blocked_port",
    "retry.scheduled": "at (ms since 1970), addresses, profile",
    "dsn.made": "message, addresses",
    "dsn.none": "why",
    "guard.blocked": "host, address, why",
    "return.bounce": "message, addresses, action, status, text",
    "hop": "by, from, at, with, id, delay",
}
"""The kinds of events, each with the names of its facts; those without a value are left out."""


class TraceEvent(Struct, frozen=True):
    """One fact of an attempt: `seq` counts from 1, `t_ms` is since the attempt began."""

    seq: int
    t_ms: int
    kind: str
    data: dict[str, Any]


class OrderRecipient(Struct, frozen=True):
    """One recipient of an order; `number` is the queue's, notify and orcpt are as the sender gave them (RFC 3461)."""

    number: int
    address: str
    notify: str | None = None
    orcpt: str | None = None


class Order(Struct, frozen=True):
    """What one attempt is to bring: a message, to the recipients of one domain.

    `content` is the message as it goes out, CRLF line ends, its `Received` line before it. `sender` "" is the null
    sender. `attempt` counts from 1. `plain_allowed`: a handshake failed in the attempt before, so opportunistic TLS may
    be left out now.
    """

    job: str
    attempt: int
    domain: str
    sender: str
    recipients: tuple[OrderRecipient, ...]
    content: bytes
    ret: str | None = None
    envid: str | None = None
    plain_allowed: bool = False


class RecipientResult(Struct, frozen=True):
    """How an attempt ended for one recipient.

    `code`, `enhanced` and `text` are the reply that decided, or what stands for one; `mta` is who gave it. `uncertain`:
    the connection was lost when the message may have been taken already, so trying again may bring it twice.
    """

    number: int
    address: str
    state: State
    code: int | None = None
    enhanced: str | None = None
    text: str = ""
    stage: Stage | None = None
    mta: str | None = None
    uncertain: bool = False


class AttemptResult(Struct, frozen=True):
    """The end of an attempt: every recipient's result, and one sentence for people.

    `tls_failed`: a retry may go without. `port_blocked`: every host timed out on port 25, which is the network's fault
    and none of theirs.
    """

    results: tuple[RecipientResult, ...]
    verdict: str
    tls_failed: bool = False
    port_blocked: bool = False


class Decision(Struct, frozen=True):
    """What the policy says of one recipient, and by which rule; `address` is the final one, after redirection."""

    asked: str
    address: str
    way: Way
    rule: str


class RouteAddress(Struct, frozen=True):
    """An address of a host; `guarded` says why it must not be dialled."""

    address: str
    port: int
    guarded: str | None = None


class RouteHost(Struct, frozen=True):
    """A host that takes mail for a domain; `flags` are the kinds of events that say what is odd about it."""

    preference: int
    name: str
    addresses: tuple[RouteAddress, ...] = ()
    flags: tuple[str, ...] = ()


class Route(Struct, frozen=True):
    """Where mail for an address would go: the rule and what DNS says, without any connection.

    `problem` says why it goes nowhere, with the `code` and `enhanced` status that a recipient would get.
    """

    decision: Decision
    domain: str
    hosts: tuple[RouteHost, ...] = ()
    problem: str | None = None
    code: int | None = None
    enhanced: str | None = None
    events: tuple[TraceEvent, ...] = ()


class ProbeResult(Struct, frozen=True):
    """What an address's server says to its name, without a message: route, and the dialogue up to RCPT."""

    route: Route
    result: RecipientResult | None
    verdict: str
    events: tuple[TraceEvent, ...] = ()
