"""Enhanced codes, found and explained."""

from __future__ import annotations

import pytest

from mailcatch.dsn.status import meaning, status_in


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("5.1.1", "5.1.1"),
        ("5.1.1 (bad mailbox)", "5.1.1"),
        ("550 5.7.26 unauthenticated", "5.7.26"),
        ("550 no such user", None),
        ("host 192.5.1.1 said no", None),
        ("1.5.1.1", None),
        ("(#4.4.1)", "4.4.1"),
        ("4.04.01", "4.4.1"),
    ],
)
def test_a_code_in_a_text(text: str, status: str | None):
    """An address of the Internet is none."""
    assert status_in(text) == status


def test_meanings():
    """Of the codes that say something, permanent or not."""
    assert meaning("5.1.1") == meaning("4.1.1") == "there is no such mailbox"
    assert meaning("5.1.10") == "the domain takes no mail"
    assert (meaning("5.0.0"), meaning(""), meaning("5.99.1")) == (None, None, None)
