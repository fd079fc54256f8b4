"""Expectations of mail: what a command asks of /v1/wait, and how long windows are asked for piece by piece."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import click

from mailcatch.cli.errors import Busy, ServerFailed
from mailcatch.cli.options import Value
from mailcatch.cli.server import Server
from mailcatch.kinds import Kind, read_duration

F = TypeVar("F", bound=Callable[..., Any])

LONGEST = 60.0
"""Seconds that the server waits in one call."""

GRACE = 30.0
"""Seconds beyond the window in which the answer must come."""

DURATION = Value(Kind("DURATION", read_duration))

FIELDS = {
    "to": "addressed to: header To or Cc, or envelope",
    "rcpt": "a recipient of the envelope, as a Bcc is",
    "from": "author: header From",
    "cc": "header Cc",
    "subject": "the subject contains it",
    "text": "the text contains it",
    "html": "the source of the HTML contains it",
    "header": "a header field, as X-Run=42",
    "attachment": "an attachment's name, * for anything",
    "link": "the URL of a link contains it",
    "code": "the one-time code",
    "user": "the client logged in as this user",
    "tag": "has this tag",
}
"""The query's fields that have an option of their own."""


def asks(command: F) -> F:
    """Give a command QUERY, the options of the fields, --inbox and --since; it gets them as an Asked."""
    options = [
        click.option(f"--{name}", f"field_{name}", metavar=name.upper(), multiple=True, help=f"{words}; repeatable")
        for name, words in FIELDS.items()
    ]
    options += [
        click.option("--inbox", metavar="NAME", help="look in this inbox alone"),
        click.option("--since", metavar="CURSOR", help="only later mail: a cursor, `now`, a duration or a time"),
    ]

    def asked(query: tuple[str, ...], inbox: str | None, since: str | None, **values: Any) -> Any:  # noqa: ANN401
        fields = {name: values.pop(f"field_{name}") for name in FIELDS}
        return command(asked=Asked(query_of(query, fields), inbox, since), **values)

    asked.__doc__, asked.__name__ = command.__doc__, command.__name__
    asked.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in reversed(options):
        asked = option(asked)
    return click.argument("query", nargs=-1)(asked)  # type: ignore[return-value] # click keeps no signature


@dataclass(frozen=True, slots=True)
class Asked:
    """Which mail is meant."""

    query: str
    inbox: str | None = None
    since: str | None = None


def query_of(words: Sequence[str], fields: Mapping[str, Sequence[str]]) -> str:
    """Return the query of free words and field values, as text. Raises UsageError when it asks for nothing."""
    free = " ".join(words)
    terms = [_term(name, value) for name, values in fields.items() for value in values]
    if terms and "OR" in free.split():
        free = f"({free})"
    whole = " ".join([*([free] if free.strip() else []), *terms])
    if not whole:
        raise click.UsageError("say which mail: --to ADDRESS, --subject TEXT, or a QUERY", click.get_current_context())
    return whole


def _term(name: str, value: str) -> str:
    if name == "header" and "=" in value:
        key, _, value = value.partition("=")
        return f"header:{key.strip()}={_quoted(value)}"
    return f"{name}:{_quoted(value)}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come, or must not, within a window of `within` seconds."""

    asked: Asked
    count: object
    within: float
    pick: str | None = None
    strict: bool = False
    until: str | None = None

    @property
    def holds_early(self) -> bool:
        """Whether it can be fulfilled before the window is over."""
        if not isinstance(self.count, Mapping):
            return self.count != "none"
        return "min" in self.count or "settle" in self.count

    def body(self, within: float) -> dict[str, object]:
        """Return what the server is sent, for a window of its own length."""
        given = {
            "query": self.asked.query,
            "count": self.count,
            "within": round(within, 3),
            "since": self.asked.since,
            "inbox": self.asked.inbox,
            "pick": self.pick,
            "strict": self.strict or None,
            "until": self.until,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether it is fulfilled, and what the server said: the answer, or the problem with its explanation."""

    matched: bool
    answer: dict[str, Any]

    @property
    def ambiguous(self) -> bool:
        """Whether more matched than may."""
        return not self.matched and str(self.answer.get("type", "")).endswith("/ambiguous")

    @property
    def explanation(self) -> str:
        """Why not, for people."""
        explanation = self.answer.get("explanation")
        text = explanation.get("text") if isinstance(explanation, dict) else None
        return str(text or self.answer.get("detail") or "no mail matched")


def expect(server: Server, wanted: Expectation, *, clock: Callable[[], float] = time.monotonic) -> Outcome:
    """Wait for the outcome. Raises Unreachable, Refused, Missing or ServerFailed.

    A window longer than the server's is asked for in pieces, each from the same beginning, so that counts and the
    explanation are of the whole. What is refused before its piece is over cannot come true any more.
    """
    start, wanted = clock(), _anchored(server, wanted)
    while True:
        begun = clock()
        left = max(0.0, wanted.within - (begun - start))
        piece = min(left, LONGEST)
        try:
            outcome = ask(server, wanted.body(piece), piece)
        except Busy as error:
            if left <= error.retry_after:
                raise
            pause(error.retry_after)
            continue
        last = piece == left
        if last or (outcome.matched and (wanted.holds_early or wanted.until is not None)):
            return outcome
        if not outcome.matched and clock() - begun < piece:
            return outcome


def pause(seconds: float) -> None:
    """Leave a busy server alone; nobody can wake us when it is not busy any more."""
    time.sleep(seconds)  # noqa: TID251


def _anchored(server: Server, wanted: Expectation) -> Expectation:
    """Return it with a beginning that stays where it is: `now` and durations move on with each call."""
    since = wanted.asked.since
    if wanted.within <= LONGEST or since is None or since == "start" or not _moves(since):
        return wanted
    return replace(wanted, asked=replace(wanted.asked, since=_moment(server, since)))


def _moves(since: str) -> bool:
    if since == "now":
        return True
    try:
        read_duration(since)
    except ValueError:
        return False
    return True


def _moment(server: Server, since: str) -> str:
    """Return the cursor of now, or a time so long ago on the server's clock."""
    if since == "now":
        return str(server.json("GET", "/v1/cursor")["cursor"])
    from datetime import UTC, datetime, timedelta
    from email.utils import parsedate_to_datetime

    answer = server.ask("GET", "/livez")
    server.read(answer)
    told = answer.getheader("Date")
    now = parsedate_to_datetime(told) if told else datetime.now(UTC)
    return (now - timedelta(seconds=read_duration(since))).isoformat().replace("+00:00", "Z")


def ask(server: Server, body: Mapping[str, object], within: float, path: str = "/v1/wait") -> Outcome:
    """Ask once. Raises Unreachable, Refused, Missing or ServerFailed; a 409 is an outcome."""
    status, answer = server.exchange("POST", path, body, patience=within + GRACE)
    if status not in {200, 409}:
        raise ServerFailed(f"{server.url} answered {status} to {path}")
    return Outcome(status == 200, answer)
