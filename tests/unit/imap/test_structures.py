"""BODY out of BODYSTRUCTURE."""

from __future__ import annotations

import pytest

from mailcatch.imap.structures import without_extensions
from mailcatch.mime.shape import shape_of

TEXT = b'("text" "plain" NIL NIL NIL "7bit" 3 1 NIL NIL NIL NIL)'
BARE = b'("text" "plain" NIL NIL NIL "7bit" 3 1)'


@pytest.mark.parametrize(
    ("whole", "body"),
    [
        (TEXT, BARE),
        (b"(" + TEXT + TEXT + b' "mixed" ("boundary" "x") NIL NIL NIL)', b"(" + BARE + BARE + b' "mixed")'),
        (b'("image" "png" NIL NIL {3}\r\na"( "base64" 9 NIL NIL NIL NIL)', b'("image" "png" NIL NIL {3}\r\na"( "base64" 9)'),
        (
            b'("message" "rfc822" NIL NIL NIL "7bit" 9 (NIL "a)" NIL) ' + TEXT + b" 3 NIL NIL NIL NIL)",
            b'("message" "rfc822" NIL NIL NIL "7bit" 9 (NIL "a)" NIL) ' + BARE + b" 3)",
        ),
    ],
)  # fmt: skip
def test_extension_data_is_left_out(whole: bytes, body: bytes) -> None:
    """At every level; strings with parentheses do not confuse it."""
    assert without_extensions(whole) == body


def test_what_cannot_be_read_stays() -> None:
    """Rather than nothing."""
    assert without_extensions(b"(((") == b"((("


def test_a_deep_nest() -> None:
    """Messages in messages as deep as the scan goes."""
    _, structure = shape_of(b"Content-Type: message/rfc822\r\n\r\n" * 60 + b"x")
    assert without_extensions(structure).startswith(b'("message" "rfc822" NIL NIL NIL "7bit" ')
