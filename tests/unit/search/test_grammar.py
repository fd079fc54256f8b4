"""mailcatch.search.grammar: the text spelling of a query."""

from __future__ import annotations

import json
import random
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailcatch.errors import QueryError
from mailcatch.search.fields import FIELDS, LONGEST
from mailcatch.search.grammar import DEEPEST, MOST_TERMS, parse, read
from mailcatch.search.query import All, And, Not, Or, Query, Term, Word, can_be_evaluated, leaves
from mailcatch.search.spelling_json import from_json
from mailcatch.search.spelling_parameters import from_fields
from mailcatch.search.tokens import quoted

NOW = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp() * 1000)
DOCS = Path(__file__).parents[3] / "docs" / "search.md"


def words(*found: str, prefix: bool = True) -> Word:
    return Word(found, prefix)


A, B, C = words("a"), words("b"), words("c")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", All()),
        (" \t ", All()),
        ("Reset", words("reset")),
        ('"Reset your"', words("reset", "your", prefix=False)),
        ("foo-bar", words("foo", "bar")),
        ("bob@x.test", words("bob", "x", "test")),
        ("密码", words("密", "码")),
        ("Straße", words("strasse")),
        ("inv*", words("inv")),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("(((a)))", A),
        ("-a", Not(A)),
        ("NOT a", Not(A)),
        ("a -b", And((A, Not(B)))),
        ("a NOT b", And((A, Not(B)))),
        ("a AND NOT b", And((A, Not(B)))),
        ("-(a OR b)", Not(Or((A, B)))),
        ("--a", Not(Not(A))),
        ("NOT -a", Not(Not(A))),
        ("a or b", And((A, words("or"), B))),
        ('"OR"', words("or", prefix=False)),
        ("a(b)c", And((A, B, C))),
        ('a"b"', And((A, words("b", prefix=False)))),
        ("to:bob@x.test", Term("to", "eq", "bob@x.test")),
        ("-has:attachment", Not(Term("attachment", "exists"))),
        ('SUBJECT:"Reset your"', Term("subject", "contains", "reset your")),
        (r'subject:"say \"hi\""', Term("subject", "contains", 'say "hi"')),
        (r'to:"\"a b\"@x.test"', Term("to", "eq", '"a b"@x.test')),
        ("(from:a@x OR from:b@x) is:unread", And((
            Or((Term("from", "eq", "a@x"), Term("from", "eq", "b@x"))), Not(Term("is", "eq", "read"))))),
        ("tag:a\ud800", Term("tag", "eq", "a\ufffd")),
    ],
)  # fmt: skip
def test_queries(text: str, query: Query) -> None:
    """AND binds closer than OR; a word is a beginning, a quotation a phrase."""
    assert parse(text, now=NOW) == query


@pytest.mark.parametrize(
    ("text", "message", "position", "suggestion"),
    [
        ("a)", "no '(' for this ')'", 1, "a"),
        (")", "no '(' for this ')'", 0, None),
        ("a (b", "no ')' for this '('", 2, "a b"),
        ("a ((b)", "no ')' for this '('", 2, "a (b)"),
        ("a ()", "nothing between", 2, "a"),
        ("(", "must follow (", 0, None),
        ("OR a", "must stand before OR", 0, '"OR" a'),
        ("AND", "must stand before AND", 0, '"AND"'),
        ("a OR", "must follow OR", 2, 'a "OR"'),
        ("a OR OR b", "must follow OR", 2, 'a "OR" OR b'),
        ("a OR )", "must follow OR", 2, 'a "OR" )'),
        ("(OR a)", "must follow (", 0, "OR a)"),
        ("a AND", "must follow AND", 2, 'a "AND"'),
        ("a AND OR b", "must follow AND", 2, 'a "AND" OR b'),
        ("NOT", "must follow NOT", 0, '"NOT"'),
        ("a NOT OR b", "must follow NOT", 2, 'a "NOT" OR b'),
        ("(a -)", "letters and digits", 3, '(a text:"-")'),
        ("a & b", "letters and digits", 2, 'a text:"&" b'),
        ("a 🎉", "letters and digits", 2, 'a text:"🎉"'),
        ('""', "letters and digits", 0, None),
        ('a "', "not closed", 2, None),
        ("lunch subjct:x is:read", "no field subjct:", 6, "lunch subject:x is:read"),
        ("a is:unred b", "is: knows", 5, "a is:unread b"),
        ("subject:(a b)", "value must follow subject:", 8, None),
        ("a subject: b", "blank separates subject:", 10, "a subject:b"),
        ("see http://x.test/a", "no field http:", 4, 'see "http://x.test/a"'),
        ("Re: your order", "no field re:", 0, '"re:" your order'),
        ("a after:tomorrow", "not a date", 8, "a after:2026-11-23"),
        ("a header:X-Run=", "A value must follow header:", 15, None),
        ("a subject[regx]:x b", "subject knows eq, contains", 10, "a subject[regex]:x b"),
        ('-(a OR (b subject[regex]:"a(b"))', "pattern cannot be read", 25, r'-(a OR (b subject[regex]:"a\\(b"))'),
        ("a subjct[regex]:x b", "no field subjct:", 2, "a subject[regex]:x b"),
        ("a zzz[q]:x b", "no field zzz:", 2, 'a "zzz[q]:x" b'),
    ],
)
def test_mistakes(text: str, message: str, position: int, suggestion: str | None) -> None:
    """A mistake is an error with its place and a way out, never an empty result."""
    with pytest.raises(QueryError) as error:
        parse(text, now=NOW)
    assert message in str(error.value)
    assert (error.value.position, error.value.suggestion) == (position, suggestion)


def test_dates_are_of_the_zone() -> None:
    """`after:2026-11-01` begins where that day begins."""
    assert parse("after:2026-11-01", tz=ZoneInfo("America/New_York"), now=NOW) == Term(
        "date", "ge", int(datetime(2026, 11, 1, 4, tzinfo=UTC).timestamp() * 1000)
    )


def test_a_term_knows_its_place() -> None:
    """An explanation can point at the term that failed."""
    assert [leaf.at for leaf in leaves(parse('a -(b OR to:x@y) "c"', now=NOW))] == [0, 4, 9, 17]


def test_brackets_belong_to_the_name() -> None:
    """They hold an operator, a property, or the name of a header; elsewhere they mean nothing."""
    assert read('header[X-Run][regex]:"^4 2"', now=NOW) == Term("header", "regex", "^4 2", "x-run")
    assert read("attachment[Type]:pdf", now=NOW) == Term("attachment", "contains", "pdf", "type")
    assert read("subject:[ticket]", now=NOW) == Term("subject", "contains", "[ticket]")
    assert read("a[b]", now=NOW) == Word(("a", "b"), prefix=True)


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("a" * (LONGEST + 1), "longer than", LONGEST),
        ("(" * DEEPEST + "(a" + ")" * (DEEPEST + 1), "nested deeper", DEEPEST),
        ("-" * (DEEPEST + 1) + "a", "nested deeper", DEEPEST),
        ("a " * MOST_TERMS + "b", f"more than {MOST_TERMS} terms", 2 * MOST_TERMS),
    ],
    ids=["length", "brackets", "negations", "terms"],
)
def test_limits(text: str, message: str, position: int) -> None:
    """One more than is allowed is refused where it is too much."""
    with pytest.raises(QueryError, match=message) as error:
        parse(text, now=NOW)
    assert error.value.position == position


@pytest.mark.parametrize(
    "text",
    [
        "a" * LONGEST,
        "(" * DEEPEST + "a" + ")" * DEEPEST,
        "-" * DEEPEST + "a",
        "a " * MOST_TERMS,
        "(-" * 25 + "a" + ")" * 25,
    ],
)
def test_up_to_the_limits(text: str) -> None:
    """What is allowed is read."""
    assert parse(text, now=NOW)


PIECES = st.sampled_from([
    *[f"{name}:" for name in FIELDS], "(", ")", " ", "-", "NOT ", " OR ", " AND ", '"', "\\", "*", "@", "a", "bob@x.test", "7d",
    "2026-11-01", "10k", "unread", "attachment", "ß", "密", "\0", "\ud800", "\u0301", "<", ">", "=", "🎉",
])  # fmt: skip


@settings(deadline=None)  # a busy machine is no mistake
@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60))
def test_any_text_is_a_query_or_a_mistake(text: str) -> None:
    """Nothing else is raised; a mistake lies inside the text; what is given can be evaluated."""
    try:
        query = parse(text, now=NOW)
    except QueryError as error:
        place, sentence = error.position, str(error)
        assert 0 <= place <= len(text)
        assert sentence.endswith(".")
        return
    assert all(isinstance(leaf, Word) or can_be_evaluated(leaf) for leaf in leaves(query))
    assert query == parse(text, now=NOW)


@settings(deadline=None)  # a busy machine is no mistake
@given(st.text(max_size=40))
def test_what_is_quoted_is_a_value(text: str) -> None:
    """Any text can be asked for, in quotes."""
    try:
        query = parse(f"subject:{quoted(text)}", now=NOW)
    except QueryError as error:
        assert "value must follow" in str(error)  # noqa: PT017 - only for what folds to nothing
        return
    assert isinstance(query, Term)


def test_reading_is_linear() -> None:
    """The longest texts of any pieces are read in a moment, however they are put together."""
    draw = random.Random(1)
    pieces = ["(", ")", "-", '"', "a", " ", "to:", '\\"', "a:b", "subject:", "x ", "ß", "*", "(-", "OR "]
    started = time.perf_counter()
    for piece in (*pieces, *["".join(draw.choices(pieces, k=draw.randrange(2, 9))) for _ in range(50)]):
        try:
            parse((piece * LONGEST)[:LONGEST], now=NOW)
        except QueryError:
            continue
    assert time.perf_counter() - started < 5


def examples() -> list[str]:
    """List the queries that docs/search.md shows: the code in the first column of its tables, and its indented lines."""
    text = DOCS.read_text("utf-8")
    cells = [
        re.findall(r"`` (.+?) ``|`([^`]+)`", line.split(" | ")[0])
        for line in text.splitlines()
        if line.startswith("| `")
    ]
    return [first or second for found in cells for first, second in found] + re.findall(r"(?m)^    (\S.*)$", text)


@pytest.mark.parametrize("text", examples())
def test_the_examples_of_the_manual(text: str) -> None:
    """What docs/search.md shows can be read."""
    assert parse(text, now=NOW) != All()


VALUES = {"is": "read", "has": "attachment", "id": "01K9ZJ8Q2M3N4P5R6S7T8V9WXY", "size": "1", "date": "1d"}
VALUES |= dict.fromkeys(("larger", "smaller"), "1k") | dict.fromkeys(("before", "after", "newer", "older"), "1d")


def fenced(language: str) -> list[str]:
    """List the blocks of docs/search.md in that language."""
    return re.findall(rf"(?m)^```{language}\n((?:(?!```).*\n)+)```$", DOCS.read_text("utf-8"))


def test_the_manual_in_json_and_as_parameters() -> None:
    """Its other spellings are read too, and its error is the one that is given."""
    query, told = map(json.loads, fenced("json"))
    assert len(list(leaves(from_json(query, now=NOW)))) == 11
    (url,) = [block for block in fenced("") if block.startswith("GET ")]
    assert len(list(leaves(from_fields(dict(parse_qsl(url.partition("?")[2].strip())), now=NOW)))) == 4
    with pytest.raises(QueryError, match=re.escape(told["detail"])) as error:
        parse("to:bob@x.test subjct:Reset", now=NOW)
    assert (error.value.position, error.value.suggestion) == (told["position"], told["suggestion"])


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_the_manual_knows_every_field(name: str) -> None:
    """None is left out of docs/search.md."""
    assert f"`{name}:" in DOCS.read_text("utf-8")


@pytest.mark.parametrize("name", sorted(name for name in FIELDS if FIELDS[name].operators))
def test_every_operator_of_every_field_is_evaluated(name: str) -> None:
    """What the language lets one say, predicate and SQL know."""
    for operator in FIELDS[name].operators:
        value = "true" if operator == "exists" else VALUES.get(name, "x")
        header = "[X-Run]" if name == "header" else ""
        query = parse(f"{name}{header}[{operator}]:{value}", now=NOW)
        assert all(isinstance(leaf, Term) and can_be_evaluated(leaf) for leaf in leaves(query))
