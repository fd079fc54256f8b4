"""How the relay goes about an attempt."""

from __future__ import annotations

from mailcatch.relay.settings import DEV, REAL, Settings


def test_real_waits_as_long_as_the_standard_says():
    """RFC 5321 §4.5.3.2, in seconds."""
    assert [REAL.reply(stage) for stage in ("banner", "mail", "rcpt", "data", "dot")] == [300, 300, 300, 120, 600]


def test_dev_answers_while_somebody_waits():
    """Nothing takes longer than a minute in all."""
    assert DEV.total <= 60
    assert max(DEV.replies.values()) <= 15


def test_by_default_nothing_is_allowed():
    """Who makes settings without a policy of their own relays nothing."""
    from mailcatch.relay.policy import Policy

    assert Settings("h", Policy()).way.policy.decide("a@x.test").way == "none"
