"""The JSON spelling: one AST with the text's, and errors that say where."""

from __future__ import annotations

import pytest

from mailcatch.errors import QueryError
from mailcatch.search.grammar import parse
from mailcatch.search.query import Not, Or, Query, Term
from mailcatch.search.spelling_json import from_json

NOW = 1_793_577_600_000


def read(value: object) -> Query:
    return from_json(value, now=NOW)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, ""),
        ("to:bob@x.test -is:read", "to:bob@x.test -is:read"),
        ({"to": "Bob@X.test"}, "to:bob@x.test"),
        ({"to": "@x.test", "subject": "Reset your"}, 'to:@x.test subject:"Reset your"'),
        ({"subject": {"contains": "Reset"}}, "subject:reset"),
        ({"to": ["a@x.test", "b@x.test"]}, "to:a@x.test to:b@x.test"),
        ({"not": {"has": "attachment"}}, "-has:attachment"),
        ({"attachment": True}, "has:attachment"),
        ({"attachment": {"exists": False}}, "-has:attachment"),
        ({"any": [{"from": "a@x.test"}, "from:b@x.test"]}, "(from:a@x.test OR from:b@x.test)"),
        ({"all": [{"tag": "a"}, {"tag": "b"}]}, "tag:a tag:b"),
        ({"size": {"gt": 1000, "lt": "2k"}}, "size:>1000 size:<2k"),
        ({"from": {"eq": "a@x.test"}}, "from:a@x.test"),
        ({"rcpt": {"glob": "a*@x.test"}}, "rcpt:a*@x.test"),
        ({"header": {"X-Run": "42"}}, "header:X-Run=42"),
        ({"header": {"X-Run": 42, "X-B": {"regex": "^a"}}}, "header:X-Run=42 header[X-B][regex]:^a"),
        ({"header": {"X-Run": {"exists": False}}}, "-header:X-Run"),
        ({"header": {"X-Run": True}}, "header:X-Run"),
        ({"header": "X-Run=42"}, "header:X-Run=42"),
        ({"attachment": {"filename": {"glob": "*.pdf"}, "type": "pdf"}}, "attachment:*.pdf attachment[type]:pdf"),
        ({"attachment": {"glob": "*.pdf"}}, "attachment:*.pdf"),
        ({"subject": {"regex": "a b"}}, 'subject[regex]:"a b"'),
        ({"subject": {"eq": "Reset"}}, "subject[eq]:reset"),
        ({"html": True, "cc": False}, "has:html -cc[exists]:true"),
        ({"code": 123456}, "code:123456"),
        ({"link": {"kind": {"eq": "action"}, "text": "confirm"}}, "link[kind][eq]:action link[text]:confirm"),
        ({"date": "2026-11-01"}, "date:2026-11-01"),
        ({"after": "2026-11-01", "is": "unread"}, "after:2026-11-01 is:unread"),
    ],
)
def test_it_says_the_same_as_the_text(value: object, text: str) -> None:
    """Member by member."""
    assert read(value) == parse(text, now=NOW)


def test_what_the_text_cannot_say() -> None:
    """A part of an address, whatever it looks like; nothing of an empty choice."""
    assert read({"to": {"contains": "b@x"}}) == Term("to", "contains", "b@x")
    assert read({"any": []}) == Or(())
    assert read({"not": {"any": []}}) == Not(Or(()))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "query: a text or an object is wanted, not nothing"),
        ([1], "query: a text or an object is wanted, not a list"),
        ({"any": "x"}, "query.any: a list of queries is wanted"),
        ({"any": [{"tto": "x"}]}, r"query.any\[0\].tto: There is no field 'tto'"),
        ({"any": ["a", "b tto:x"]}, r"query.any\[1\]: There is no field tto"),
        ({"is": True}, "query.is: a text is wanted, not true or false"),
        ({"header": True}, "query.header: a text is wanted, not true or false"),
        ({"to": {"is": "x"}}, "query.to.is: to knows eq, contains, glob, regex, exists, not 'is'"),
        ({"to": {}}, "query.to: an operator is wanted"),
        ({"to": None}, "query.to: a text is wanted, not nothing"),
        ({"subject": {"gt": 3}}, "query.subject.gt: subject knows eq"),
        ({"subject": {"regex": "a("}}, "query.subject.regex: The pattern cannot be read"),
        ({"header": {"X": {"eq": {"eq": "1"}}}}, "query.header.X.eq: a text is wanted, not an object"),
        ({"is": "lost"}, "query.is: is: knows"),
        ({"cc": {"exists": "yes"}}, "query.cc.exists: true or false is wanted"),
        ({"has": {"exists": True}}, "query.has.exists: has takes nothing in brackets here"),
        ({"subject": "x" * 5_000}, "query.subject is longer than 4096"),
        ({"all": [{"to": "a"}] * 300}, "more than 200 terms"),
    ],
)
def test_mistakes_say_where(value: object, message: str) -> None:
    """By a path into the value."""
    with pytest.raises(QueryError, match=message):
        read(value)


def test_depth_is_bounded() -> None:
    """A thousand brackets are an error, not the end of the stack."""
    value: object = {"tag": "x"}
    for _ in range(1_000):
        value = {"not": value}
    with pytest.raises(QueryError, match="nests deeper"):
        read(value)
    lists: object = "x"
    for _ in range(900):
        lists = [lists]
    with pytest.raises(QueryError, match="a list of texts is wanted"):
        read({"tag": lists})


def test_a_mistake_has_its_suggestion() -> None:
    """As in the text."""
    with pytest.raises(QueryError) as raised:
        read({"form": "a@x.test"})
    assert (raised.value.suggestion, raised.value.where) == ("from", "query.form")
    with pytest.raises(QueryError) as raised:
        read({"any": [{"to": "a"}, {"subject": {"regexp": "x"}}, "y"]})
    assert (raised.value.suggestion, raised.value.where) == ("regex", "query.any[1].subject.regexp")
    with pytest.raises(QueryError) as raised:
        read({"not": "a form:b"})
    assert (raised.value.position, raised.value.suggestion, raised.value.where) == (2, "a from:b", "query.not")
