"""From bytes and envelope to what the store keeps."""

import hashlib

import pytest

from mailcatch.inbox.accept import Arrival, compose
from mailcatch.mime import reading
from mailcatch.model import Address, Envelope, Recipient

RAW = (
    b"From: App <app@shop.example>\r\n"
    b"To: Bob <Bob@Example.test>\r\n"
    b"Subject: Reset your Password\r\n"
    b"Message-ID: <1@shop.example>\r\n"
    b"\r\n"
    b"Click the link, Stra\xc3\x9fe.\r\n"
)
ENVELOPE = Envelope("bounce@shop.example", (Recipient("bob@example.test"), Recipient("eve@example.test")))


def arrival(raw: bytes = RAW) -> Arrival:
    return Arrival(raw, ENVELOPE, "smtp", received_at=1_700_000_000_000)


def test_the_bytes_stay_as_they_came():
    """Raw, its hash and its size are those of what was received (G2)."""
    new = compose(arrival())
    assert (new.raw, new.sha256, new.summary.size) == (RAW, hashlib.sha256(RAW).digest(), len(RAW))


def test_the_envelope_is_not_mixed_with_the_headers():
    """A recipient that no header names is in the envelope alone (G3)."""
    summary = compose(arrival()).summary
    assert summary.rcpt_to == ("bob@example.test", "eve@example.test")
    assert summary.to == (Address("Bob", "Bob@Example.test"),)


def test_a_failure_of_the_reading_keeps_the_mail(monkeypatch):
    """Whatever the scan does, the message is stored, with the reason (G4)."""

    def fails(raw: bytes) -> None:
        raise RecursionError

    monkeypatch.setattr(reading, "read", fails)
    new = compose(arrival())
    assert new.raw == RAW
    assert new.summary.parse_error is not None
    assert "RecursionError" in new.summary.parse_error


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\x00" * 50, b"no header at all", b"Subject: \xff\xfe\r\n\r\n\xff"])
def test_no_bytes_are_refused(raw: bytes):
    """Malformed mail is composed like any other (G4)."""
    assert compose(arrival(raw)).raw == raw
