"""The grammar of HTML's markup."""

import re

import pytest

from mailcatch.mime.markup import ATTRIBUTES, BOGUS, COMMENT, END_OF_NAME, TAG_NAME

TAG = re.compile(rf"<{TAG_NAME}{ATTRIBUTES}>")


@pytest.mark.parametrize(
    ("html", "tag"),
    [
        ("<a>b", "<a>"),
        ("<a b c=d>e", "<a b c=d>"),
        ("<a b='>'>c", "<a b='>'>"),
        ('<a b=">"c=">">d', '<a b=">"c=">">'),
        ("<a b=it's>c'>", "<a b=it's>"),
        ("<a b=>c", "<a b=>"),
        ("<a b = \n c>d", "<a b = \n c>"),
        ("<a/b/>c", "<a/b/>"),
        ('<a =">">b', '<a =">'),
        ("<a b='c", None),
        ("<a b=\"'>c", None),
        ("<a ", None),
        ("<1>", None),
    ],
)
def test_where_a_tag_ends(html: str, tag: str | None):
    """WHATWG HTML §13.2.5.32 to 40: a quote counts only where a value begins."""
    match = TAG.match(html)
    assert (match and match[0]) == tag


@pytest.mark.parametrize(
    ("html", "rest"),
    [
        ("!-- a -->b", "b"),
        ("!-->b", "b"),
        ("!--->b", "b"),
        ("!-- a --!>b", "b"),
        ("!-- -- > -->b", "b"),
        ("!-- a ->", None),
    ],
)
def test_where_a_comment_ends(html: str, rest: str | None):
    """WHATWG HTML §13.2.5.43 to 52."""
    match = re.match(COMMENT, html)
    assert (match and html[match.end() :]) == rest


@pytest.mark.parametrize("html", ["!doctype html>", "?xml ?>", "/ p>", "![endif]>"])
def test_what_is_taken_for_a_comment(html: str):
    """It ends at the first `>`; an unfinished comment is none of it."""
    assert re.fullmatch(BOGUS, html)
    assert not re.match(BOGUS, "!-- a >")


def test_where_a_name_ends():
    """At white space, a slash or the end of the tag."""
    assert [
        bool(re.match("style" + END_OF_NAME, html)) for html in ("style>", "style/", "style\n", "styles>", "style")
    ] == [
        True,
        True,
        True,
        False,
        False,
    ]
