"""Between rows and values."""

import pytest

from mailcatch.store.rows import clean, text_of


@pytest.mark.parametrize(("text", "kept"), [("abc", "abc"), ("grüße", "grüße"), ("a\ud800b", "a?b")])
def test_what_the_database_cannot_hold_is_replaced(text: str, kept: str):
    """A lone surrogate, as 8-bit headers may give, is no reason to refuse a mail."""
    assert clean(text) == kept


def test_json_is_text():
    """UTF-8 as it is, not escaped."""
    assert text_of(["ü"]) == '["ü"]'
