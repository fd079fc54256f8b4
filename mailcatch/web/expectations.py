"""The shapes of expectations: what is waited for, how it came out, why it did not; and of errors, which say so."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from mailcatch.web.shapes import Count, CursorText, Message, QueryValue, Shape, Summary, Time, Zone

Duration = Annotated[str, Meta(max_length=20)] | Annotated[float, Meta(ge=0)]
"""Seconds, or a text with a unit: `300ms`, `10s`."""


class Leaf(Shape, frozen=True):
    """One condition, and how one message stands to it."""

    field: str
    operator: str
    expected: str
    actual: str
    passed: bool
    why: str | None


class Near(Shape, frozen=True):
    """A message that came near; `leaves` are the conditions of the query, then those of where it was looked for."""

    id: str
    seq: Count
    subject: str
    received_at: Time
    leaves: list[Leaf]


class Refusal(Shape, frozen=True):
    """What SMTP refused: the code, the client's command, and who it was."""

    code: int
    enhanced: str | None
    text: str
    verb: str
    user: str | None
    peer: str
    session: str


class Fruitless(Shape, frozen=True):
    """A dialogue that brought no mail although nothing was refused: how it ended, and who it was."""

    outcome: str
    peer: str
    session: str


class SmtpSeen(Shape, frozen=True):
    """What SMTP saw since the beginning of what was waited for."""

    connections: Count
    messages: Count
    rejected: list[Refusal]
    fruitless: list[Fruitless]


class Explanation(Shape, frozen=True):
    """Why what was expected of mail is not so; `text` is the same for people."""

    text: str
    criteria: list[str]
    nearest: list[Near]
    smtp: SmtpSeen


class CountRule(Struct, frozen=True, forbid_unknown_fields=True):
    """How many messages must match; `settle` belongs to `exactly`: so much quiet after the last decides."""

    min: Annotated[int, Meta(ge=1, le=1000)] | UnsetType = UNSET
    max: Annotated[int, Meta(ge=0, le=1000)] | UnsetType = UNSET
    exactly: Annotated[int, Meta(ge=0, le=1000)] | UnsetType = UNSET
    settle: Duration | UnsetType = UNSET


class Wait(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is waited for."""

    query: QueryValue = ""
    count: CountRule | Literal["none"] = CountRule()
    within: Duration | UnsetType = UNSET
    since: Annotated[str, Meta(max_length=100, examples=["start", "now", "9f3a11c2.1204", "30s"])] | UnsetType = UNSET
    inbox: str | UnsetType = UNSET
    pick: Literal["newest", "oldest"] | UnsetType = UNSET
    strict: bool = False
    until: QueryValue | UnsetType = UNSET
    tz: Zone = "UTC"


class NamedWait(Wait, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of several expectations."""

    name: Annotated[str, Meta(max_length=200)] = ""


class Assert(Struct, frozen=True, forbid_unknown_fields=True):
    """Expectations that are judged together."""

    expectations: Annotated[list[NamedWait], Meta(min_length=1, max_length=50)]


class Waited(Shape, frozen=True):
    """What was waited for. `gap`: mail that may have matched is no longer kept."""

    messages: list[Message]
    cursor: CursorText
    gap: bool


class Result(Shape, frozen=True):
    """How one expectation came out."""

    name: str
    passed: bool
    messages: list[Summary]
    explanation: Explanation | None


class Asserted(Shape, frozen=True):
    """How all expectations came out: they passed."""

    passed: bool
    results: list[Result]
    cursor: CursorText


class Explained(Shape, frozen=True):
    """An explanation, and whether there is anything to explain."""

    passed: bool
    explanation: Explanation
    cursor: CursorText


class ProblemShape(Shape, frozen=True, rename=None):
    """An error (RFC 9457); further members depend on its type."""

    type: str
    title: str
    status: int
    detail: str
    position: int | UnsetType = UNSET
    suggestion: str | UnsetType | None = UNSET
    parameter: str | UnsetType = UNSET
    id: str | UnsetType = UNSET
    explanation: Explanation | UnsetType = UNSET
    results: list[Result] | UnsetType = UNSET
    cursor: CursorText | UnsetType = UNSET
