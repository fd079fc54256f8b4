"""mailcatch.search.fields: what each field makes of its value, and the spelling as parameters."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailcatch.search.fields import FIELDS, Bracket, Spelt, term
from mailcatch.search.query import ROLES, And, Not, Query, Term, can_be_evaluated
from mailcatch.search.tokens import Mistake
from mailcatch.search.values import Now

AT = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp() * 1000)
DAY = 86_400_000
ULID = "01K9ZJ8Q2M3N4P5R6S7T8V9WXY"


def made(name: str, value: str) -> Query:
    """Read `name:value`, the name with its brackets, as if it stood behind three characters."""
    base, *inner = name.replace("]", "").split("[")
    brackets, at = [], 3 + len(base)
    for text in inner:
        brackets.append(Bracket(text, at + 1))
        at += len(text) + 2
    return term(Spelt(base, value, 3, at + 1, at + 1 + len(value), Now(AT, UTC), tuple(brackets)))


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
        ("has", "link", Term("link", "exists", "", "url")),
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
        ("header", "X-Run=42", Term("header", "eq", "42", "x-run")),
        ("header", "X-Run=a=b", Term("header", "eq", "a=b", "x-run")),
        ("header", "X-Run=4*", Term("header", "glob", "4*", "x-run")),
        ("header", "X-Run", Term("header", "exists", "", "x-run")),
        ("header[X-Run]", "42", Term("header", "eq", "42", "x-run")),
        ("header[X-Run][contains]", "Né", Term("header", "contains", "né", "x-run")),
        ("header[X-Run][regex]", "^4\\d", Term("header", "regex", "^4\\d", "x-run")),
        ("header[X-Run][exists]", "false", Not(Term("header", "exists", "", "x-run"))),
        ("subject[eq]", "Reset  it", Term("subject", "eq", "reset it")),
        ("subject[glob]", "Re*", Term("subject", "glob", "re*")),
        ("subject[regex]", "Order \\d+$", Term("subject", "regex", "Order \\d+$")),
        ("subject[exists]", "TRUE", Term("subject", "exists")),
        ("subject", "a*b", Term("subject", "contains", "a*b")),
        ("to[contains]", "b@x", Term("to", "contains", "b@x")),
        ("to[eq]", "<Bob@X.test>", Term("to", "eq", "bob@x.test")),
        ("to[glob]", "bob", Term("to", "glob", "bob")),
        ("to[regex]", "^bob", Term("to", "regex", "^bob")),
        ("cc[exists]", "true", Term("cc", "exists")),
        ("html", "<B>", Term("html", "contains", "<b>")),
        ("body", "x", Term("body", "contains", "x")),
        ("link", "/Reset", Term("link", "contains", "/reset", "url")),
        ("link[text]", "Confirm", Term("link", "contains", "confirm", "text")),
        ("link[kind][eq]", "action", Term("link", "eq", "action", "kind")),
        ("has", "code", Term("code", "exists")),
        ("attachment[exists]", "true", Term("attachment", "exists")),
        ("attachment[type]", "image/*", Term("attachment", "glob", "image/*", "type")),
        ("attachment[filename][eq]", "A.pdf", Term("attachment", "eq", "a.pdf", "filename")),
        ("peer", "172.18.*", Term("peer", "glob", "172.18.*")),
        ("helo", "App.Test", Term("helo", "eq", "app.test")),
        ("tls", "TLSv1.3", Term("tls", "contains", "tlsv1.3")),
        ("tag[contains]", "Night", Term("tag", "contains", "night")),
        ("inbox[glob]", "GW*", Term("inbox", "glob", "gw*")),
        ("size[gt]", "10k", Term("size", "gt", 10_240)),
        ("size[lt]", "10k", Term("size", "lt", 10_240)),
        ("size[eq]", "10", Term("size", "eq", 10)),
        ("date", "2026-11-23", And((Term("date", "ge", AT - DAY // 2), Term("date", "lt", AT + DAY // 2)))),
        ("date[gt]", "2026-11-23", Term("date", "ge", AT + DAY // 2)),
        ("date[lt]", "2026-11-23", Term("date", "lt", AT - DAY // 2)),
        ("attachment", "*.PDF", Term("attachment", "glob", "*.pdf", "filename")),
        ("attachment", "invoice", Term("attachment", "contains", "invoice", "filename")),
        ("code", "123456", Term("code", "eq", "123456")),
        ("code", "123-456", Term("code", "eq", "123456")),
        ("user", "gw0", Term("user", "eq", "gw0")),
    ],
)
def test_terms(name: str, value: str, query: Query) -> None:
    """Values are folded and normalised when the query is read."""
    assert made(name, value) == query


@pytest.mark.parametrize(
    ("name", "value", "text", "position", "suggestion"),
    [
        ("subjct", "x", "no field subjct:", 3, "subject"),
        ("message_id", "x", "no field message_id:", 3, "message-id"),
        ("recipient", "x", "no field", 3, "rcpt"),
        ("http", "//x.test/a", "no field http:", 3, '"http://x.test/a"'),
        ("to", "", "value must follow to:", 6, None),
        ("subject", "\0", "value must follow subject:", 11, None),
        ("is", "unred", "is: knows read, unread, pinned, binned, not 'unred'", 6, "unread"),
        ("is", "seen", "is: knows", 6, "read"),
        ("is", "trash", "is: knows", 6, "binned"),
        ("is", "zzz", "is: knows", 6, None),
        ("has", "file", "has: knows attachment, link", 7, "attachment"),
        ("has", "links", "not 'links'", 7, "link"),
        ("subject[regexp]", "x", "subject knows eq, contains, glob, regex, exists, not 'regexp'", 11, "regex"),
        ("subject[=]", "x", "subject knows", 11, "eq"),
        ("subject[gt]", "3", "subject knows", 11, None),
        ("subject[eq][eq]", "3", "subject knows", 15, "eq"),
        ("attachment[name]", "x", "attachment knows eq, contains, glob, regex, exists, filename, type", 14, "filename"),
        ("is[eq]", "read", "is takes nothing in brackets", 6, None),
        ("after[gt]", "2026", "after takes nothing in brackets", 9, None),
        ("header[X=Y]", "1", "header is written header[Name]", 10, "X-Name"),
        ("header[X][y]", "1", "header knows eq", 13, None),
        ("subject[exists]", "maybe", "takes true or false", 19, "true"),
        ("subject[regex]", "a(b", "The pattern cannot be read: missing ): a(b", 18, r'"a\\(b"'),
        ("date", "soon", "not a date", 8, "2026-11-23"),
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
