"""The tokenizer that keeps offsets."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.html import Comment, Doctype, EndTag, Tag, Token, tokens


def tags(html: str) -> list[str]:
    return [token.name for token in tokens(html) if isinstance(token, Tag)]


@pytest.mark.parametrize(
    ("html", "names"),
    [
        ("<p>a<b>c</b>", ["p", "b"]),
        ("a < b <i>", ["i"]),
        ("<!-- <p> --><a>", ["a"]),
        ("<!--><p>-->", ["p"]),
        ("<script>if (a<b) '<p>'</script><i>", ["script", "i"]),
        ("<SCRIPT></Script><P>", ["script", "p"]),
        ("<style>p>a{}</style >x<b>", ["style", "b"]),
        ("<a title='>'><b>", ["a", "b"]),
        ("<a href=x>y</a title='>'><b>", ["a", "b"]),
        ("<a href='unterminated><b>", []),
        ("<?php <p> ?><b>", ["b"]),
        ("</ p><b>", ["b"]),
        ("</><b>", ["b"]),
        ("<noscript><p></noscript><b>", ["noscript", "b"]),
        ("<!-- never closed > <b>", []),
        ("<br/><hr / >", ["br", "hr"]),
    ],
)
def test_start_tags(html: str, names: list[str]):
    """Tags are found where a browser finds them."""
    assert tags(html) == names


def cut(html: str, kind: type[Token]) -> list[str]:
    return [html[token.start : token.end] for token in tokens(html) if isinstance(token, kind)]


def test_end_tags_and_comments_have_their_place():
    """Also what a browser only takes for a comment."""
    html = "<p>a</P ><!--b--></ c><?d?><![e]>f<!-- never closed"
    assert cut(html, EndTag) == ["</P >"]
    assert cut(html, Comment) == ["<!--b-->", "</ c>", "<?d?>", "<![e]>"]
    assert [token.name for token in tokens(html) if isinstance(token, EndTag)] == ["p"]


@pytest.mark.parametrize(
    ("html", "values"),
    [
        ("<a b=>", [("b", "", "")]),
        ('<a b="" c>', [("b", "", '""'), ("c", "", "")]),
        ("<a b='&lt;'c=d/>", [("b", "<", "'&lt;'"), ("c", "d/", "d/")]),
        ("<a =b=c>", [("=b", "c", "c")]),
        ("<a/b / c\n=\n'd'>", [("b", "", ""), ("c", "d", "'d'")]),
    ],
)
def test_odd_attributes(html: str, values: list[tuple[str, str, str]]):
    """They are read as a browser reads them."""
    (tag,) = (token for token in tokens(html) if isinstance(token, Tag))
    assert [(each.name, each.value, html[each.start : each.end]) for each in tag.attributes] == values


def test_plaintext_never_ends():
    """What follows is text, end tags too."""
    assert tags("<plaintext><p></plaintext><p>") == ["plaintext"]


def test_attributes_have_their_place():
    """A value stands where it says, quotes included; references are decoded."""
    html = '<a HREF="x&amp;y" b=c d>'
    (tag,) = (token for token in tokens(html) if isinstance(token, Tag))
    assert [
        (attribute.name, attribute.value, html[attribute.start : attribute.end]) for attribute in tag.attributes
    ] == [
        ("href", "x&y", '"x&amp;y"'),
        ("b", "c", "c"),
        ("d", "", ""),
    ]
    assert tag.get("href") == "x&y"


def test_the_first_of_two_attributes_counts():
    """As in browsers."""
    (tag,) = (token for token in tokens("<a x=1 x=2>") if isinstance(token, Tag))
    assert tag.get("x") == "1"


def test_raw_text_content():
    """Of a style element the content's end is known."""
    html = "<style>p{}</style>"
    (tag,) = (token for token in tokens(html) if isinstance(token, Tag))
    assert html[tag.end : tag.content_end] == "p{}"


def test_doctype():
    """It is found in any spelling."""
    assert [token for token in tokens("<!DocType html><p>") if isinstance(token, Doctype)] == [Doctype(0, 15)]


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "<!--", "<a b='", "<script>", "</", "<!", "<a =", "< ", "<a/", "<a b=c ", "<!---->", "<title></title"],
)
def test_crafted_input_is_linear(piece: str):
    """150 kB of openings are read in a moment: a generous bound, on the processor's clock."""
    started = time.process_time()
    list(tokens(piece * (150_000 // len(piece))))
    assert time.process_time() - started < 2


@given(st.text(alphabet="<>!-/ab=\"' \n&;s", max_size=200))
def test_offsets_go_forward(html: str):
    """Tokens never overlap and never leave the text."""
    position = 0
    for token in tokens(html):
        assert position <= token.start < token.end <= len(html)
        assert html[token.start] + html[token.end - 1] == "<>"
        position = token.content_end if isinstance(token, Tag) else token.end
