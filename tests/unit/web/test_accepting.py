"""Which form of an answer a client wants."""

from __future__ import annotations

import pytest

from mailcatch.web.accepting import as_text, wants_text


@pytest.mark.parametrize(
    ("accept", "text"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/plain", True),
        ("text/*", True),
        ("text/plain, application/json", False),
        ("text/plain, application/json;q=0.5", True),
        ("text/html,*/*;q=0.8", False),
        ("image/png", False),
        (";;q=x,,", False),
    ],
)
def test_text_is_given_to_those_who_name_it(accept: str | None, text: bool):
    """JSON to all others, also to those who want neither."""
    assert wants_text({} if accept is None else {"HTTP_ACCEPT": accept}) == text


def test_a_text_says_what_it_depends_on():
    """So that a cache keeps both forms."""
    answer = as_text("grüße\ud800")
    assert answer.headers["Vary"] == "Accept"
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.get_data() == "grüße?".encode()
