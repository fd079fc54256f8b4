"""What reaches the terminal: harmless, and in columns."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.cli.terminal import block, cut, line, table, width_of

HOSTILE = "a\x1b]0;owned\x07b\x9b31mc\u202etxt.exe\u2066d\x00e\r\nf\u2028g\ud800h"


def harmless(text: str) -> bool:
    bidi = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return not any(
        unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} or unicodedata.bidirectional(each) in bidi
        for each in text
    )


def test_one_line_stays_one_line():
    """Controls and direction marks go, white space becomes a blank."""
    assert line(HOSTILE) == "a]0;ownedb31mctxt.exede f gh"


@given(st.text())
def test_no_text_gets_through_unclean(text: str):
    """Whatever a mail holds: no control, no separator, no surrogate, nothing that turns the direction."""
    assert harmless(line(text))
    assert harmless(block(text).replace("\n", "").replace("\t", ""))


def test_a_block_keeps_its_lines():
    """CRLF, CR and the separators are line ends; tabs stay."""
    assert block("a\r\nb\rc\u2028d\te\x1b[2J") == "a\nb\nc\nd\te[2J"


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("密码", 4), ("e\u0301", 1), ("", 0)])
def test_widths(text: str, width: int):
    """CJK characters are two columns wide, combining marks none."""
    assert width == width_of(text)


@given(st.text(st.characters(codec="utf-8", categories=("L", "Mn", "N", "P", "S"))), st.integers(1, 30))
def test_a_cut_text_fills_its_column(text: str, width: int):
    """Always exactly as wide as the column."""
    assert width_of(cut(text, width)) == width


def test_a_table_fits_its_terminal(monkeypatch: pytest.MonkeyPatch):
    """The stretching column takes what the others leave."""
    monkeypatch.setenv("COLUMNS", "30")
    text = table(("ID", "SUBJECT"), [("1", "a very long subject that does not fit"), ("22", "short")], stretch=1)
    assert text == "ID  SUBJECT\n1   a very long subject that …\n22  short\n"
