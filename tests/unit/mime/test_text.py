"""The text that a reader of HTML sees."""

import time

import pytest

from mailcatch.mime.text import LARGEST, text_of_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello</p><p>Bob</p>", "Hello Bob"),
        ("<style>p{}</style><script>x()</script><p>seen", "seen"),
        ("<table><td>1</td><td>2</td></table>", "1 2"),
        ("a &amp; b&nbsp;c", "a & b c"),
        ("<title>not shown</title><body>shown", "shown"),
        ("", ""),
        ("just text", "just text"),
    ],
)
def test_text_of_html(html: str, text: str):
    """Tags are gone, blocks are apart, what is not shown is not there."""
    assert text_of_html(html) == text


def test_too_large_is_not_read():
    """Beyond the limit there is no text rather than a long wait."""
    assert text_of_html("<p>x" + "y" * LARGEST) == ""


@pytest.mark.parametrize(
    "crafted", ["<" * 150_000, "<a " * 50_000, "<div>" * 30_000, "<!--" * 40_000, "<b><p>" * 3_000]
)
def test_crafted_input_is_no_bomb(crafted: str):
    """What takes other parsers minutes is read in a moment: a generous bound, on the processor's clock."""
    started = time.process_time()
    text_of_html(crafted)
    assert time.process_time() - started < 2
