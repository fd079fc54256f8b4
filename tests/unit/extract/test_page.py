"""HTML as a reader sees it."""

from __future__ import annotations

import pytest

from mailcatch.extract.page import CELL, page_of


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>one</p><p>two</p>", ["one", "two"]),
        ("a<br>b<b>c</b>d", ["a", "bcd"]),
        ("<td>1</td><td>2</td>", [f"{CELL}1{CELL}2"]),
        ("<script>x</script><style>y</style><title>z</title>a", ["a"]),
        ("&lt;b&gt;&nbsp;&#49;", ["<b>\xa01"]),
        ("a < b <", ["a < b <"]),
        ('<div style="display: none">x<div>y</div>z</div>a', ["a"]),
        ("<p hidden>x</p>a", ["a"]),
        ('<span style="font-size:0">x</span>a', ["a"]),
        ('<span style="font-size:10px">x</span>a', ["xa"]),
        ("<!-- x -->a", ["a"]),
    ],
)
def test_lines(html: str, lines: list[str]) -> None:
    """Blocks end a line, cells are kept apart, what is hidden is not there."""
    assert page_of(html).lines == lines


def test_what_stands_out() -> None:
    """Bold, large or spaced."""
    html = '<b>one</b><p style="font-size: 28px">two</p><span style="letter-spacing:4px">three</span><i>four</i><h1>five</h1>'
    assert page_of(html).strong == ["one", "two", "three", "five"]


def test_anchors() -> None:
    """With their words, those of a picture too; blanks within a URL are none."""
    html = '<a href=" https://x.test/\na "><img alt="Go"> now</a><a href="https://x.test/b">unclosed'
    assert [(each.url, each.text) for each in page_of(html).anchors] == [
        ("https://x.test/a", "Go now"), ("https://x.test/b", "unclosed"),
    ]  # fmt: skip
