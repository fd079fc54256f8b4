"""A trace as text, to read in a terminal and to paste into a ticket.

`->` is what was said to a server, `<-` what it said, `~>` what happened to the line between (TLS); everything else
stands with its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mailcatch.trace import TraceEvent

_UNSAFE = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


def text_of(events: Iterable[TraceEvent]) -> str:
    """Return one line for each event, times in seconds since the attempt began; "" for none."""
    return "".join([f"{event.t_ms / 1000:8.3f}  {line_of(event)}\n" for event in events])


def line_of(event: TraceEvent) -> str:
    """Return an event without its time; control characters that a server sent are spelt out."""
    spell = _SPELT.get(event.kind)
    line = spell(event.data) if spell else f"** {event.kind} {_facts(event.data)}"
    return line.translate(_UNSAFE).rstrip()


def _facts(data: Mapping[str, Any]) -> str:
    return " ".join([f"{name}={_value(value)}" for name, value in data.items() if value not in (None, "", [], False)])


def _value(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(map(_value, value))
    if isinstance(value, Mapping):
        return ":".join([_value(each) for each in value.values()])
    text = "yes" if value is True else str(value)
    return f'"{text}"' if " " in text else text


def _reply(data: Mapping[str, Any]) -> str:
    took = data.get("ms")
    waited = f"    (waited {took / 1000:.1f} s)" if isinstance(took, int) and took >= _SLOW else ""
    return f"<- {data.get('line', '')}{waited}"


def _secured(data: Mapping[str, Any]) -> str:
    verified = "verified" if data.get("verified") else f"NOT verified: {data.get('why', 'unknown')}"
    return f"~> {data.get('version')} {data.get('cipher')}, {verified}"


_SLOW = 1000  # ms of waiting that are worth a word

_SPELT: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "smtp.c": lambda data: f"-> {data.get('line', '')}",
    "smtp.s": _reply,
    "smtp.body": lambda data: f"-> ({data.get('bytes')} bytes, sha256 {str(data.get('sha256'))[:16]}…)",
    "tls.open": _secured,
    "tls.fail": lambda data: f"~> TLS failed: {data.get('error')}",
    "tls.fallback": lambda data: "~> without TLS this time: the handshake failed before",
    "tcp.connect": lambda data: f"** connecting to {data.get('host')} [{data.get('address')}]:{data.get('port')}",
    "tcp.open": lambda data: f"** connected after {data.get('ms')} ms",
    "tcp.fail": lambda data: f"** not connected after {data.get('ms')} ms: {data.get('error')}",
    "verdict": lambda data: f"== {data.get('text', '')}",
}
