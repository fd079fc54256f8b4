"""The `Received:` line that goes before a message when it is relayed (RFC 5321 §4.4): the only bytes that are added."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

from mailcatch.address import a_label, is_clean
from mailcatch.model import Envelope

_DOMAIN = re.compile(r"(?=.{1,255}\Z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?+"
                     r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?+)*+\Z")  # fmt: skip
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+\Z")
_DOTS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.:\[\]-]+\Z")
_LONGEST_FOR = 320
_SHOWN = 100  # characters of a strange name that are shown in a comment


def received_line(envelope: Envelope, *, id: str, at: int, by: str, recipients: Sequence[str] = ()) -> bytes:
    """Return the line, folded, its CRLF included: who gave the message to us, how, as what, and when.

    `id` is the message's id here, `at` when it was stored (milliseconds since 1970), `by` the name that this server
    calls itself. `for` is said of a single recipient only, so that nobody learns of another (RFC 5321 §7.2).
    """
    clauses = [f"from {_from(envelope)}", f"by {_name(by) or 'mailcatch'} (mailcatch) with {protocol_of(envelope)}"]
    if _ATOM.match(id):
        clauses[-1] += f" id {id}"
    if len(recipients) == 1 and len(recipients[0]) <= _LONGEST_FOR and _DOTS.match(recipients[0]):
        clauses.append(f"for <{recipients[0]}>")
    when = format_datetime(datetime.fromtimestamp(at // 1000, UTC))
    stamp = "\r\n\t".join(clauses)
    return f"Received: {stamp};\r\n\t{when}\r\n".encode("ascii")


def protocol_of(envelope: Envelope) -> str:
    """Return how a message came, as the registry of `with` spells it (RFC 3848, RFC 6531 §4.3)."""
    if envelope.protocol != "ESMTP":
        return envelope.protocol
    base = "UTF8SMTP" if "SMTPUTF8" in envelope.mail_params else "ESMTP"
    return f"{base}{'S' if envelope.tls else ''}{'A' if envelope.auth_user is not None else ''}"


def _from(envelope: Envelope) -> str:
    """Return `Extended-Domain`: what the client called itself, and its address as TCP told it."""
    literal = _literal(envelope.peer)
    name = _name(envelope.helo or "")
    if name:
        return f"{name} ({literal})" if literal else name
    said = f"HELO {_commented(envelope.helo)}" if envelope.helo else ""
    if literal:
        return f"{literal} ({said} {literal})" if said else f"{literal} ({literal})"
    return f"unknown ({said})" if said else "unknown"


def _name(said: str) -> str:
    """Return a host name as an A-label, or an address literal; "" for what is neither."""
    if said.startswith("["):
        return said if _is_literal(said) else ""
    name = a_label(said)
    return (said if said.isascii() else name) if _DOMAIN.match(name) else ""


def _is_literal(said: str) -> bool:
    try:
        ipaddress.ip_address(said.removeprefix("[").removesuffix("]").removeprefix("IPv6:"))
    except ValueError:
        return False
    return said.endswith("]")


def _literal(peer: str | None) -> str:
    """Return `127.0.0.1:54321` as an address literal (RFC 5321 §4.1.3), "" if it is no address."""
    host = (peer or "").rpartition(":")[0].strip("[]").partition("%")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def _commented(text: str) -> str:
    """Return text as it may stand in a comment (RFC 5322 §3.2.2)."""
    shown = text[:_SHOWN] if is_clean(text) else "?"
    return re.sub(r"([()\\])", r"\\\1", shown).encode("ascii", "replace").decode("ascii")
