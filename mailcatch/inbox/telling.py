"""An explanation in words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailcatch.inbox.expecting import Progress
from mailcatch.inbox.judging import Leaf
from mailcatch.inbox.refusals import SmtpSeen
from mailcatch.model import Summary

SHOWN = 3
"""How many messages and refusals the text has."""


@dataclass(frozen=True, slots=True)
class Near:
    """A message that came near; the conditions of the query first, then those of where it was looked for."""

    summary: Summary
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out: of how many messages the nearest are, and where SMTP listens.

    `began` is when the first message that counts could come, milliseconds since 1970, and `since` that as a cursor.
    """

    criteria: Sequence[str]
    nearest: Sequence[Near]
    smtp: SmtpSeen
    looked_at: int
    listeners: Sequence[str]
    began: int = 0
    since: str | None = None


def told(progress: Progress, found: Findings) -> str:
    """Return what there is to say, line by line."""
    lines = [_headline(progress, found.since), *[f"  {each}" for each in found.criteria or ("any mail",)]]
    lines += [f"Matched: {_name(each)}" for each in progress.matched[:SHOWN]]
    if found.nearest:
        lines.append(f"Nearest of {found.looked_at} message{'s' * (found.looked_at != 1)}:")
        for number, near in enumerate(found.nearest, 1):
            lines += _message(number, near, found.began)
    lines += _smtp_lines(found.smtp, found.listeners, since=found.since is not None)
    return "\n".join(lines)


def _headline(progress: Progress, since: str | None) -> str:
    expectation, found = progress.expectation, len(progress.matched)
    count = expectation.count
    inbox = None if expectation.inbox is None else f"inbox {expectation.inbox}"
    said = ", ".join([each for each in (inbox, since and f"since {since}") if each])
    where = f" ({said})" if said else ""
    spent = f"{min(expectation.within, max(0.0, time.monotonic() - progress.began)):.1f} s"
    many = f"{found} message{'s' * (found != 1)}"
    if progress.deleted:
        return f"The inbox was deleted{where}"
    if count.most is not None and found > count.most:
        return f"{many} matched, {'none' if count.most == 0 else f'{count.most} at most'} expected{where}"
    if expectation.strict and found > max(1, count.least):
        return f"{many} matched, {max(1, count.least)} expected{where}"
    if expectation.until is not None and not progress.sentinel:
        return f"What the wait was to end with did not come in {spent}{where}"
    if found:
        return f"{many} of {count.least} matched in {spent}{where}"
    return f"No mail matched in {spent}{where}"


def _name(summary: Summary) -> str:
    return f"#{summary.seq} {summary.subject[:80]!r} to {', '.join(summary.rcpt_to[:3])}"


def _message(number: int, near: Near, began: int) -> Iterator[str]:
    summary = near.summary
    when = f" {(summary.received_at - began) / 1000:+.2f} s" if began else ""
    marks = "  ".join(f"{leaf.field} {'✓' if leaf.passed else '✗'}" for leaf in near.leaves)
    yield f" {number}. #{summary.seq}{when}  {marks}"
    for leaf in near.leaves:
        if leaf.passed:
            continue
        why = f"  ({leaf.why})" if leaf.why else ""
        yield f"      {leaf.field}: expected {leaf.operator} {leaf.expected}".rstrip()
        yield f"      {' ' * len(leaf.field)}  actual   {leaf.actual!r}{why}"


def _smtp_lines(smtp: SmtpSeen, listeners: Sequence[str], *, since: bool) -> Iterator[str]:
    when = "SMTP since the cursor: " if since else "SMTP: "
    if not smtp.connections:
        yield f"{when}0 connections. mailcatch listens on {', '.join(listeners) or 'no port for SMTP'}; from inside a"
        yield "container use the host name of the mailcatch service, not localhost. See 'Nothing arrives'."
        return
    numbers = ((smtp.connections, "connection"), (smtp.messages, "message"))
    counted = ", ".join(f"{n} {what}{'s' * (n != 1)}" for n, what in numbers)
    yield f"{when}{counted}, {len(smtp.rejected)} rejected" + (":" if smtp.rejected else "")
    for each in smtp.rejected[:SHOWN]:
        who = f"user {each.user!r}, " if each.user else ""
        enhanced = f"{each.enhanced} " if each.enhanced else ""
        yield f"  {each.code} {enhanced}{each.text} ({each.verb}, {who}from {each.peer}): session {each.session}"
    for silent in smtp.fruitless[:SHOWN]:
        yield f"  no mail: {silent.outcome} (from {silent.peer}): session {silent.session}"
