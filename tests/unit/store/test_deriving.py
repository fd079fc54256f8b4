"""What search asks of a message, cut from what was read."""

from __future__ import annotations

import pytest

from mailcatch.mime.reading import opaque, read
from mailcatch.model import Envelope, Recipient
from mailcatch.store import deriving
from mailcatch.store.deriving import INDEXED_CHARACTERS, NOTHING, Derived, derive

RAW = (
    b"From: App <app@shop.example>\r\n"
    b"To: Bob <Bob@Example.test>\r\n"
    b"Subject: Reset your Password\r\n"
    b"\r\n"
    b"Click the link, Stra\xc3\x9fe.\r\n"
)
ENVELOPE = Envelope("bounce@shop.example", (Recipient("bob@example.test"), Recipient("eve@example.test")))


def derived(raw: bytes = RAW) -> Derived:
    return derive(read(raw), ENVELOPE)


def alternative(plain: bytes, html: bytes) -> bytes:
    return (
        b"Subject: two\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\n" + plain + b"\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n" + html + b"\r\n--b--\r\n"
    )


def test_texts_are_folded_and_cut_into_words():
    """What search compares is folded once, here."""
    new = derived()
    assert new.texts[0] == "reset your password"
    assert new.words[0] == "reset your password"
    assert "eve@example.test" in new.texts[1]
    assert "bounce@shop.example" in new.texts[1]


def test_addresses_carry_role_and_domain_once_each():
    """Exact address search finds header and envelope, case-folded."""
    addresses = derived().addresses
    assert ("bob@example.test", "rcpt", "example.test") in addresses
    assert ("bob@example.test", "to", "example.test") in addresses
    assert ("bounce@shop.example", "mail_from", "shop.example") in addresses
    assert len(addresses) == len(set(addresses))


def test_html_that_says_nothing_new_is_not_indexed_twice():
    """The same words in both alternatives are kept once."""
    new = derived(alternative(b"Hello dear Bob", b"<p>Hello <b>dear</b> Bob</p>"))
    assert new.words[2] == "hello dear bob"


def test_words_only_in_the_html_are_found():
    """A stub of plain text does not hide what the HTML says."""
    new = derived(alternative(b"See the HTML version", b"<p>Your code is 4711</p>"))
    assert "4711" in new.words[2].split()
    assert "version" in new.words[2].split()


def test_the_searchable_text_is_bounded():
    """A long body is searchable up to the limit, never beyond."""
    new = derived(b"Subject: long\r\n\r\n" + b"word " * 200_000)
    assert len(new.texts[2]) <= INDEXED_CHARACTERS


def test_a_failure_leaves_the_mail_unsearchable(monkeypatch: pytest.MonkeyPatch):
    """Whatever goes wrong here is no reason to refuse a mail, or to lose one (G4)."""

    def fails(text: str) -> str:
        raise RecursionError

    monkeypatch.setattr(deriving, "fold", fails)
    assert derived() == NOTHING


def test_a_mail_that_could_not_be_read_is_found_by_its_envelope():
    """Nothing else is known of it."""
    found = derive(opaque(RAW, "why"), ENVELOPE)
    assert ("eve@example.test", "rcpt", "example.test") in found.addresses
    assert found.texts[2] == ""
