"""What a report says to people: what happened, to whom, who said so, and what comes next."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime

from mailcatch.dsn.status import meaning
from mailcatch.dsn.values import Action, Report, Reported
from mailcatch.mime.headers import decoded, read_fields

_ORDER: tuple[Action, ...] = ("failed", "delayed", "delivered", "relayed", "expanded")
_SUBJECTS: dict[Action, str] = {
    "failed": "Not delivered",
    "delayed": "Delayed",
    "delivered": "Delivered",
    "relayed": "Passed on",
    "expanded": "Passed on",
}
_HEADINGS: dict[Action, str] = {
    "failed": "It was not delivered to:",
    "delayed": "It has not been delivered yet to:",
    "delivered": "It was delivered to:",
    "relayed": "It was passed on, to a server that reports no further, for:",
    "expanded": "It was passed on to the members of:",
}
_ENDS: dict[Action, str] = {
    "failed": "Nothing more will be tried for them. If they matter to you, see what the reason says, and send again.",
    "delayed": "You need not do anything: it will be tried again.",
}
_WIDTH = 76
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]+")
_LONGEST = 1_000


def subject_of(report: Report, subject: str) -> str:
    """Return the report's subject: what happened, and the subject of the message that it is about."""
    said = _SUBJECTS[_worst(report)]
    return f"{said}: {subject[:200]}" if subject else f"{said}: your message"


def _worst(report: Report) -> Action:
    there = {each.action for each in report.recipients}
    return next((action for action in _ORDER if action in there), "failed")


def text_of(report: Report, header: bytes) -> str:
    """Return the text, its lines ended by LF. `header` is that of the message that the report is about."""
    return "\n".join([*_opening(report, header), *_actions(report)]) + "\n"


def _opening(report: Report, header: bytes) -> Iterator[str]:
    fields = read_fields(header, 0, len(header)).fields
    subject = _clean(decoded(fields.get(b"subject")))[:200]
    named = f'"{subject}"' if subject else "(it has no subject)"
    when = f", which came here on {_stamp(report.arrived_at)}" if report.arrived_at is not None else ""
    yield from _wrapped(f"This is mailcatch at {_clean(report.mta)}, about your message {named}{when}.")
    yield ""


def _actions(report: Report) -> Iterator[str]:
    for action in _ORDER:
        those = [each for each in report.recipients if each.action == action]
        if not those:
            continue
        yield _HEADINGS[action]
        yield ""
        for each in those:
            yield from _recipient(each)
        if action in _ENDS:
            yield from _wrapped(_ENDS[action])
            yield ""


def _recipient(each: Reported) -> Iterator[str]:
    yield f"  {_clean(each.address)}"
    if each.diagnostic:
        who = f"{_clean(each.mta)} said: " if each.mta else ""
        yield from _wrapped(f"{who}{_clean(each.diagnostic)}", "    ")
    means = meaning(each.status)
    if means and each.action in ("failed", "delayed"):
        yield from _wrapped(f"{_clean(each.status)} means: {means}", "    ")
    if each.action == "delayed" and each.retry_until is not None:
        yield f"    It will be tried until {_stamp(each.retry_until)}."
    yield ""


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()[:_LONGEST]


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%a, %d %b %Y, %H:%M:%S UTC")
