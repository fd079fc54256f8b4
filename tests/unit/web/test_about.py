"""The shapes of what runs here."""

import msgspec

from mailcatch.web.about import Health, Port


def test_they_are_told_by_their_names() -> None:
    """As JSON has them."""
    assert msgspec.json.decode(msgspec.json.encode(Port("127.0.0.1", 1025, "none"))) == {
        "host": "127.0.0.1", "port": 1025, "tls": "none",
    }  # fmt: skip
    assert msgspec.json.decode(msgspec.json.encode(Health("ok"))) == {"status": "ok", "problem": None}
