"""The text that a reader sees."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.text import LARGEST, text_of_html, unflowed


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello</p><p>Bob</p>", "Hello Bob"),
        ("<b>pass</b>word <SPAN>one</SPAN><Span>two</Span>", "password onetwo"),
        ("one<br>two<hr/>three", "one two three"),
        ("<table><td>1</td><td>2</td></table>", "1 2"),
        ("<style>p{}</style><script>x('<p>')</script><p>seen", "seen"),
        ("<STYLE type='a>b'>p{}</Style><p>seen", "seen"),
        ("<style>p{}</styles></style >seen", "seen"),
        ("<script>never closed <p>hidden", ""),
        ("<title>not shown</title><body>shown", "shown"),
        ("<noscript>shown</noscript>", "shown"),
        ("a<!-- b -->c<!-->d<!--->e<!-- f --!>g<!--", "acdeg"),
        ("<!--[if mso]><p>hidden</p><![endif]-->a<![if !mso]>b<![endif]>", "ab"),
        ("a <!-- never closed <p>b", "a"),
        ("a &amp; b&nbsp;c &lt;tag&gt; &#8364; &copy &#xD800;", "a & b c <tag> € © \ufffd"),
        ("1 < 2 <3 a<b", "1 < 2 <3 a"),
        ("<a title='>'>a</a><img alt=\"x>y\">b", "ab"),
        ("<a title=it's>a</a>b", "ab"),
        ("<a href='unterminated>b", ""),
        ("<!DOCTYPE html><?xml ?><html>x</html>", "x"),
        ("", ""),
        ("just  text\n", "just text"),
    ],
)
def test_text_of_html(html: str, text: str):
    """Markup is gone, blocks are apart, words stay whole, what is not shown is not there."""
    assert text_of_html(html) == text


def test_only_the_beginning_is_read():
    """Beyond the limit there is nothing more to search for."""
    assert text_of_html("<p>x" + " " * LARGEST + "y") == "x"


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "<div>", "<!--", "<!-", "<b><p>", "<a b='", "<a b=\"", "<a =", "<script>", "<style", "</", "<style></styl",
     "<p><b a=1>", "&", "&#", "&amp", "<title><", "<a a=b ", "<?", "<template><!--", "--", "<!---->"],
)  # fmt: skip
def test_crafted_input_is_linear(piece: str):
    """What takes parsers that build a tree seconds or all memory: a generous bound, on the processor's clock."""
    started = time.process_time()
    text_of_html("<p>" + piece * (250_000 // len(piece)))
    assert time.process_time() - started < 2


@given(st.text(alphabet="<>!-/ab=\"' \n&;stylecript", max_size=120))
def test_nothing_raises(html: str):
    """Any text gives text without line ends."""
    assert "\n" not in text_of_html(html)


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("a \r\nb\r\nc", "a b\nc"),
        ("> a \n> b\nc", "> a b\nc"),
        ("> a \n>> b", "> a \n>> b"),
        ("a \n-- \nb", "a \n-- \nb"),
        (" >from \n > me", ">from > me"),
        ("", ""),
    ],
)
def test_flowed_paragraphs_are_joined(text: str, joined: str):
    """RFC 3676 §4: a line that ends with a blank goes on, at its depth of quoting, and not over a signature."""
    assert unflowed(text) == joined


def test_flowing_may_delete_the_blank():
    """DelSp=yes is for writing without blanks between words."""
    assert unflowed("密 \n码", delete_space=True) == "密码"
