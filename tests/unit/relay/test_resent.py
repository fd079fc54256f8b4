"""The fields of a release to somebody else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.headers import read_fields
from mailcatch.relay.resent import resent_block

AT = 1_790_000_000_000


def test_the_block():
    """Date, from, to and id, each recipient on a line of its own (RFC 5322 §3.6.6)."""
    block = resent_block(
        sender="me@x.example", recipients=["a@y.example", "jürgen@z.example"], at=AT, message_id="r1@mail.example"
    )
    assert block.decode() == (
        "Resent-Date: Mon, 21 Sep 2026 14:13:20 +0000\r\n"
        "Resent-From: me@x.example\r\n"
        "Resent-To: a@y.example,\r\n\tjürgen@z.example\r\n"
        "Resent-Message-ID: <r1@mail.example>\r\n"
    )


@given(st.text(max_size=50), st.lists(st.text(max_size=50), min_size=1, max_size=5))
def test_nothing_begins_a_field_of_its_own(sender: str, recipients: list[str]):
    """Whatever the addresses are, there are four fields."""
    block = resent_block(sender=sender, recipients=recipients, at=AT, message_id="r1@mail.example")
    names = [name for name, _ in read_fields(block + b"\r\n", 0, len(block) + 2).fields.items]
    assert names == [b"Resent-Date", b"Resent-From", b"Resent-To", b"Resent-Message-ID"]
