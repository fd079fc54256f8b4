"""mailcatch.web.headers: what every answer carries."""

from mailcatch.web.headers import SECURITY_HEADERS


def test_every_answer_is_fenced_in() -> None:
    """No guessing of types, no other site reads it, no page frames it, nobody learns where a link was."""
    headers = {name.lower(): value for name, value in SECURITY_HEADERS}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
