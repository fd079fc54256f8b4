"""From bytes and envelope to what the store keeps."""

import hashlib

import pytest

from mailcatch.inbox import accept
from mailcatch.inbox.accept import Arrival, compose
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


def alternative(plain: bytes, html: bytes) -> bytes:
    return (
        b"Subject: two\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\n" + plain + b"\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n" + html + b"\r\n--b--\r\n"
    )


def test_the_bytes_stay_as_they_came():
    """Raw, its hash and its size are those of what was received (G2)."""
    new = compose(arrival())
    assert (new.raw, new.sha256, new.summary.size) == (RAW, hashlib.sha256(RAW).digest(), len(RAW))


def test_the_envelope_is_not_mixed_with_the_headers():
    """A recipient that no header names is in the envelope alone (G3)."""
    summary = compose(arrival()).summary
    assert summary.rcpt_to == ("bob@example.test", "eve@example.test")
    assert summary.to == (Address("Bob", "Bob@Example.test"),)


def test_texts_are_folded_and_cut_into_words():
    """What search compares is folded once, here."""
    new = compose(arrival())
    assert new.texts[0] == "reset your password"
    assert new.words[0] == "reset your password"
    assert "eve@example.test" in new.texts[1]
    assert "bounce@shop.example" in new.texts[1]


def test_addresses_carry_role_and_domain_once_each():
    """Exact address search finds header and envelope, case-folded."""
    addresses = compose(arrival()).addresses
    assert ("bob@example.test", "rcpt", "example.test") in addresses
    assert ("bob@example.test", "to", "example.test") in addresses
    assert ("bounce@shop.example", "mail_from", "shop.example") in addresses
    assert len(addresses) == len(set(addresses))


def test_html_that_says_nothing_new_is_not_indexed_twice():
    """The same words in both alternatives are kept once."""
    new = compose(arrival(alternative(b"Hello dear Bob", b"<p>Hello <b>dear</b> Bob</p>")))
    assert new.words[2] == "hello dear bob"


def test_words_only_in_the_html_are_found():
    """A stub of plain text does not hide what the HTML says."""
    new = compose(arrival(alternative(b"See the HTML version", b"<p>Your code is 4711</p>")))
    assert "4711" in new.words[2].split()
    assert "version" in new.words[2].split()


def test_the_searchable_text_is_bounded():
    """A long body is searchable up to the limit, never beyond."""
    new = compose(arrival(b"Subject: long\r\n\r\n" + b"word " * 200_000))
    assert len(new.texts[2]) <= accept.INDEXED_CHARACTERS


def test_a_failure_of_the_reading_keeps_the_mail(monkeypatch):
    """Whatever the scan does, the message is stored, with the reason (G4)."""

    def fails(raw: bytes) -> None:
        raise RecursionError

    monkeypatch.setattr(accept, "read", fails)
    new = compose(arrival())
    assert new.raw == RAW
    assert new.summary.parse_error is not None
    assert "RecursionError" in new.summary.parse_error


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\x00" * 50, b"no header at all", b"Subject: \xff\xfe\r\n\r\n\xff"])
def test_no_bytes_are_refused(raw: bytes):
    """Malformed mail is composed like any other (G4)."""
    assert compose(arrival(raw)).raw == raw
