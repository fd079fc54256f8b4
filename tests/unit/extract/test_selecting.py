"""The elements that a CSS selector finds."""

from __future__ import annotations

import contextlib
import time

import pytest

from mailcatch.extract import selecting
from mailcatch.extract.selecting import LONGEST, MOST, BadSelector, Element, found, select

HTML = """<!doctype html><title>x</title><div class=a><p id=one>Hello <b>Bob</b>,
your   code</p><a href="https://shop.example/?a=1&amp;b=2" data-x>Go</a></div><p>second</p>"""


def test_elements_come_in_the_documents_order():
    """With their text on one line, attributes decoded, and their own HTML."""
    first, second = select(HTML, "p")
    assert (first.tag, first.text, first.attributes, second.text) == (
        "p",
        "Hello Bob , your code",
        {"id": "one"},
        "second",
    )
    assert select(HTML, "div.a > a[data-x]") == (
        Element(
            "a",
            "Go",
            {"href": "https://shop.example/?a=1&b=2", "data-x": ""},
            second.html.replace("<p>second</p>", '<a href="https://shop.example/?a=1&amp;b=2" data-x="">Go</a>'),
        ),
    )
    assert select(HTML, ".nothing") == ()
    assert select("", "p") == ()


@pytest.mark.parametrize("css", ["a[[", ">", "p:nope(", "", "  ", "p" * (LONGEST + 1)])
def test_what_is_no_selector_is_said(css: str):
    """And nothing is started for what cannot be one."""
    with pytest.raises(BadSelector):
        select(HTML, css)


def test_a_page_of_many_gives_some():
    """The first ones."""
    assert len(select("<p>x</p>" * (MOST + 5), "p")) == MOST


def test_text_is_bounded():
    """Nested elements hold each other's text: a megabyte would become gigabytes."""
    answer = found("<div>" * 200 + "x" * 100_000, "div")
    assert isinstance(answer, list)
    assert sum(len(each["html"]) for each in answer) <= 4 << 20


@pytest.mark.parametrize(
    ("html", "css"),
    [
        ("<div>" * 100_000, " ".join(["div"] * 80)),
        ("<i>" * 300_000, "i i i i i i i i i i i b"),
        ("<p>" + "<b>x</b>" * 100_000, "b ~ b ~ b ~ b ~ b"),
    ],
)
def test_a_bomb_costs_a_bounded_time(html: str, css: str, monkeypatch: pytest.MonkeyPatch):
    """It is answered, or given up: never more than the child's seconds."""
    monkeypatch.setattr(selecting, "SECONDS", 1.0)
    began = time.monotonic()
    with contextlib.suppress(BadSelector):
        select(html, css)
    assert time.monotonic() - began < 5


def test_a_child_that_dies_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    """As if it had run out of memory."""
    monkeypatch.setattr(selecting, "_CHILD", "import os; os.abort()")
    with pytest.raises(BadSelector, match="too much for the parser"):
        select(HTML, "p")
