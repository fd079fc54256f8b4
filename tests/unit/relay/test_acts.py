"""What a conversation wants done next."""

from __future__ import annotations

from mailcatch.relay.acts import Say


def test_what_is_secret_has_a_stand_in():
    """Which is what the transcript shows."""
    assert Say(("AUTH PLAIN AGEAYg==",), "AUTH PLAIN …").shown == "AUTH PLAIN …"
    assert Say(("QUIT",)).shown is None
