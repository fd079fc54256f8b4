"""Rules of the configuration file."""

from __future__ import annotations

import pytest

from mailcatch.rules import is_inbox_name, tag_of


@pytest.mark.parametrize(("name", "good"), [
    ("gw0", True), ("a", True), ("0-a.b_c", True), ("a" * 63, True),
    ("", False), ("A", False), ("-a", False), ("a" * 64, False), ("ä", False), ("a b", False), ("a\n", False),
])  # fmt: skip
def test_names_of_inboxes(name: str, good: bool):
    """They are labels of a domain, users of SMTP and parts of a path at once."""
    assert bool(is_inbox_name(name)) is good


@pytest.mark.parametrize(("text", "tag"), [
    ("billing", "billing"), ("  two \t words ", "two words"), ("ünï", "ünï"),
    ("", None), ("  ", None), ("a\x00b", None), ("a" * 101, None), ("\udc80", None),
])  # fmt: skip
def test_tags_are_one_line_of_text(text: str, tag: str | None):
    """White space is one blank; what a person cannot read is none."""
    assert tag_of(text) == tag
