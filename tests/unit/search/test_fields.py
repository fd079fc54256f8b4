"""mailcatch.search.fields: what each field makes of its value, and the spelling as parameters."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from mailcatch.errors import QueryError
from mailcatch.search.fields import FIELDS, LONGEST, Spelt, from_fields, term
from mailcatch.search.query import ROLES, All, And, Not, Query, Term, can_be_evaluated
from mailcatch.search.tokens import Mistake
from mailcatch.search.values import Now

AT = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp() * 1000)
DAY = 86_400_000
ULID = "01K9ZJ8Q2M3N4P5R6S7T8V9WXY"


def made(name: str, value: str) -> Query:
    at = 3 + len(name) + 1
    return term(Spelt(name, value, 3, at, at + len(value), Now(AT, UTC)))


@pytest.mark.parametrize(
    ("name", "value", "query"),
    [
        ("to", "Bob@X.Test", Term("to", "eq", "bob@x.test")),
        ("to", " <bob@x.test> ", Term("to", "eq", "bob@x.test")),
        ("to", "bob@münchen.test", Term("to", "eq", "bob@xn--mnchen-3ya.test")),
        ("to", "@X.Test", Term("to", "glob", "*@x.test")),
        ("to", "@münchen.test", Term("to", "glob", "*@xn--mnchen-3ya.test")),
        ("to", "bob*@*.München.test", Term("to", "glob", "bob*@*.xn--mnchen-3ya.test")),
        ("to", "**", Term("to", "glob", "*")),
        ("to", "a?[b]@x.test", Term("to", "eq", "a?[b]@x.test")),
        ("from", "Ann  Straße", Term("from", "contains", "ann strasse")),
        ("cc", "x.test", Term("cc", "contains", "x.test")),
        ("reply-to", "bob@x.test", Term("reply-to", "eq", "bob@x.test")),
        ("subject", " Reset\tYOUR ", Term("subject", "contains", "reset your")),
        ("text", "100%_", Term("text", "contains", "100%_")),
        ("is", "READ", Term("is", "eq", "read")),
        ("is", "unread", Not(Term("is", "eq", "read"))),
        ("is", "binned", Term("is", "eq", "binned")),
        ("has", "attachment", Term("attachment", "exists")),
        ("has", "link", Term("link", "exists")),
        ("larger", "10k", Term("size", "gt", 10_240)),
        ("smaller", "1mb", Term("size", "lt", 1 << 20)),
        ("size", "4711", Term("size", "eq", 4711)),
        ("size", ">10k", Term("size", "gt", 10_240)),
        ("size", "<10k", Term("size", "lt", 10_240)),
        ("after", "7d", Term("date", "ge", AT - 7 * DAY)),
        ("newer", "2026-11-23", Term("date", "ge", AT - DAY // 2)),
        ("before", "2026-11-23", Term("date", "lt", AT - DAY // 2)),
        ("older", "7d", Term("date", "lt", AT - 7 * DAY)),
        ("tag", "Nightly", Term("tag", "eq", "Nightly")),
        ("inbox", "GW0", Term("inbox", "eq", "gw0")),
        ("id", ULID.lower(), Term("id", "eq", ULID)),
        ("message-id", "a@b", Term("message-id", "eq", "<a@b>")),
        ("message-id", "<a@b>", Term("message-id", "eq", "<a@b>")),
        ("header", "X-Run=42", Term("header", "contains", "42", "x-run")),
        ("header", "X-Run", Term("header", "exists", "", "x-run")),
        ("attachment", "*.PDF", Term("attachment", "glob", "*.pdf", "filename")),
        ("attachment", "invoice", Term("attachment", "contains", "invoice", "filename")),
        ("code", "123456", Term("code", "contains", "123456")),
        ("user", "gw0", Term("user", "eq", "gw0")),
    ],
)
def test_terms(name: str, value: str, query: Query) -> None:
    """Values are folded and normalised when the query is read."""
    assert made(name, value) == query


@pytest.mark.parametrize(
    ("name", "value", "text", "position", "suggestion"),
    [
        ("subjct", "x", "no field subjct:", 3, "subject:"),
        ("message_id", "x", "no field message_id:", 3, "message-id:"),
        ("recipient", "x", "no field", 3, "rcpt:"),
        ("http", "//x.test/a", "no field http:", 3, '"http://x.test/a"'),
        ("to", "", "value must follow to:", 6, None),
        ("subject", "\0", "value must follow subject:", 11, None),
        ("is", "unred", "is: knows read, unread, pinned, binned, not 'unred'", 6, "unread"),
        ("is", "seen", "is: knows", 6, "read"),
        ("is", "trash", "is: knows", 6, "binned"),
        ("is", "zzz", "is: knows", 6, None),
        ("has", "file", "has: does not know 'file'", 7, "attachment"),
        ("after", "2026-1-5", "not a date", 9, "2026-01-05"),
        ("before", "soon", "not a date", 10, "2026-11-23"),
        ("larger", "big", "not a size", 10, "100k"),
        ("larger", ">5", "not a size", 10, "100k"),
        ("id", "42", "not an id", 6, None),
        ("inbox", "a b", "name of an inbox", 9, None),
        ("header", ":", "header is written", 10, "X-Name=value"),
    ],
)
def test_mistakes(name: str, value: str, text: str, position: int, suggestion: str | None) -> None:
    """A wrong name is shown at the name, a wrong value at the value, each with what may have been meant."""
    with pytest.raises(Mistake) as error:
        made(name, value)
    assert text in str(error.value)
    assert (error.value.at, error.value.right) == (position, suggestion)


def test_a_long_mistake_is_not_repeated_whole() -> None:
    """The sentence stays one line."""
    with pytest.raises(Mistake) as error:
        made("is", "x" * 4_000)
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_field_refuses_an_empty_value(name: str) -> None:
    """Nothing after a colon would match all or nothing: it says so instead."""
    with pytest.raises(Mistake, match="value must follow"):
        made(name, " ")


def test_the_fields_of_addresses_are_those_with_roles() -> None:
    """`to` is everyone the mail was meant for, `rcpt` the envelope alone."""
    assert all(can_be_evaluated(Term(name, "eq")) for name in ROLES)  # type: ignore[arg-type]
    assert ROLES["to"] == ("to", "cc", "rcpt")
    assert ROLES["rcpt"] == ("rcpt",)


def test_parameters_must_all_match() -> None:
    """They become the AST that the text would have given."""
    assert from_fields({"rcpt": "bob@x.test", "subject": "Reset  your"}) == And(
        (Term("rcpt", "eq", "bob@x.test"), Term("subject", "contains", "reset your"))
    )
    assert from_fields({"is": "unread"}) == Not(Term("is", "eq", "read"))
    assert from_fields({}) == All()


def test_parameters_know_zone_and_time() -> None:
    """Days are those of the zone."""
    zone = ZoneInfo("Asia/Tokyo")
    assert from_fields({"newer": "today"}, tz=zone, now=AT) == Term("date", "ge", AT - DAY // 2 - 9 * 3_600_000)


@pytest.mark.parametrize(
    ("fields", "text", "position"),
    [
        ({"subjct": "x"}, "no field", 0),
        ({"rcpt": ""}, "value must follow rcpt:", 0),
        ({"after": "2026-11-01"}, "dates go into q", 0),
        ({"before": "2026-11-01"}, "dates go into q", 0),
        ({"header": "X-Run=42"}, "not possible yet", 0),
        ({"subject": "x" * (LONGEST + 1)}, "longer than", LONGEST),
    ],
)
def test_mistakes_in_parameters(fields: dict[str, str], text: str, position: int) -> None:
    """Their positions count from the value's beginning; dates exist only inside q."""
    with pytest.raises(QueryError, match=text) as error:
        from_fields(fields)
    assert error.value.position == position


def test_a_lone_surrogate_is_replaced() -> None:
    """No database takes one; it keeps its place."""
    assert from_fields({"tag": "a\ud800b"}) == Term("tag", "eq", "a\ufffdb")
