"""mailcatch.search.spelling_parameters: a query as parameters of a URL."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from mailcatch.errors import QueryError
from mailcatch.search.fields import FIELDS, LONGEST
from mailcatch.search.grammar import parse
from mailcatch.search.query import All, And, Not, Term
from mailcatch.search.spelling_parameters import from_fields

AT = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp() * 1000)
DAY = 86_400_000


def test_parameters_must_all_match() -> None:
    """They become the AST that the text would have given."""
    assert from_fields({"rcpt": "bob@x.test", "subject": "Reset  your"}) == And(
        (Term("rcpt", "eq", "bob@x.test"), Term("subject", "contains", "reset your"))
    )
    assert from_fields({"is": "unread"}) == Not(Term("is", "eq", "read"))
    assert from_fields({}) == All()


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("header[X-Run]", "42", "header:X-Run=42"),
        ("header[X-Run][contains]", "4 2", 'header[X-Run][contains]:"4 2"'),
        ("header", "X-Run", "header:X-Run"),
        ("Header[x-run]", "42", "header:X-Run=42"),
        ("subject[regex]", r"order \d+", r'subject[regex]:"order \d+"'),
        ("attachment[type]", "application/pdf", "attachment[type]:application/pdf"),
        ("attachment", "*.pdf", "attachment:*.pdf"),
        ("size[gt]", "10k", "larger:10k"),
        ("code", "123 456", "code:123456"),
    ],
)
def test_brackets_are_those_of_the_text(name: str, value: str, text: str) -> None:
    """Operators, properties, the names of headers."""
    assert from_fields({name: value}, now=AT) == parse(text, now=AT)


VALUES = {
    **{"header": "X-Run=42", "is": "read", "has": "code", "id": "01K9ZJ8Q2M3N4P5R6S7T8V9WXY", "inbox": "gw0"},
    **dict.fromkeys(("size", "larger", "smaller"), "10k"),
    **dict.fromkeys(("date", "newer", "older"), "2026-11-01"),
}


@pytest.mark.parametrize("name", sorted(FIELDS.keys() - {"before", "after"}))
def test_every_field_is_a_parameter(name: str) -> None:
    """But the two that are cursors of a page."""
    value = VALUES.get(name, "bob@x.test")
    assert from_fields({name: value}, now=AT) == parse(f'{name}:"{value}"', now=AT)


def test_parameters_know_zone_and_time() -> None:
    """Days are those of the zone."""
    zone = ZoneInfo("Asia/Tokyo")
    assert from_fields({"newer": "today"}, tz=zone, now=AT) == Term("date", "ge", AT - DAY // 2 - 9 * 3_600_000)


@pytest.mark.parametrize(
    ("fields", "text", "position", "suggestion"),
    [
        ({"subjct": "x"}, "no field", 0, "subject"),
        ({"rcpt": ""}, "value must follow rcpt:", 0, None),
        ({"after": "2026-11-01"}, "dates go into q", 0, None),
        ({"before": "2026-11-01"}, "dates go into q", 0, None),
        ({"subject": "x" * (LONGEST + 1)}, "longer than", LONGEST, None),
        ({"subject[regx]": "x"}, "subject knows", 8, "regex"),
        ({"header[X-Run]": ""}, "value must follow header:", 0, None),
        ({"is": "lost"}, "is: knows", 0, None),
    ],
)
def test_mistakes_name_their_parameter(
    fields: dict[str, str], text: str, position: int, suggestion: str | None
) -> None:
    """And where in its value the mistake is, or in its name."""
    with pytest.raises(QueryError, match=text) as error:
        from_fields(fields)
    found = (error.value.position, error.value.suggestion, error.value.where)
    assert found == (position, suggestion, next(iter(fields)))


@pytest.mark.parametrize("name", ["", "[x]", "subject[", "subject[eq]x", "a b"])
def test_what_is_no_name(name: str) -> None:
    """Says how one is written."""
    with pytest.raises(QueryError, match="is no field; one is written"):
        from_fields({name: "x"})


def test_lone_surrogates_are_replaced() -> None:
    """No database takes them."""
    assert from_fields({"tag": "a\ud800b"}) == Term("tag", "eq", "a\ufffdb")
