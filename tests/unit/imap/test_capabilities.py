"""What is said to be there."""

from mailcatch.imap.capabilities import OFFERED, capabilities


def test_ways_to_log_in_are_offered_to_those_who_have_not():
    """And STARTTLS where it can be said; LOGINDISABLED never."""
    before = capabilities(logged_in=False, starttls=True)
    assert {"IMAP4rev1", "STARTTLS", "SASL-IR", "AUTH=PLAIN", "AUTH=LOGIN"} <= set(before)
    assert "STARTTLS" not in capabilities(logged_in=False, starttls=False)
    assert capabilities(logged_in=True, starttls=False) == ("IMAP4rev1", *OFFERED)


def test_what_is_left_for_later_is_not_offered():
    """A client that finds it would use it."""
    for name in ("COMPRESS=DEFLATE", "QUOTA", "ACL", "NOTIFY", "QRESYNC", "THREAD=REFERENCES", "UTF8=ACCEPT"):
        assert name not in capabilities(logged_in=True, starttls=False)
