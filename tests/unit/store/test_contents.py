"""Messages that are opened for a query: what each field gives, from the database and from memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import Envelope, Recipient
from mailcatch.search.contents import Contents
from mailcatch.store import contents
from mailcatch.store.api import NewMessage, Selection, Store
from mailcatch.store.contents import Lent, given_message
from mailcatch.store.readers import Readers
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added

RAW = """\
From: app@x.test
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
X-Run: 42
x-run:  forty
 two
X-Empty:
List-Unsubscribe: <https://x.test/unsub>
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>Your code is <b>482-910</b></p><a href=3D"https://Shop.test/Reset?token=3Dabc">Reset  it</a>
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename*=utf-8''Stra%C3%9Fe.PDF

%PDF
--b
Content-Type: image/png
Content-Disposition: attachment

x
--b--
""".replace("\n", "\r\n").encode()
ENVELOPE = Envelope(
    "", (Recipient("bob@x.test"),), helo="App.Test", peer="[::1]:5000", tls="TLSv1.3 TLS_AES", auth_user="GW0"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    made = open_store(path, Bus())
    yield made
    made.close()


def mail(raw: bytes = RAW, envelope: Envelope = ENVELOPE) -> NewMessage:
    return compose(Arrival(raw, envelope, "smtp", 1))


def both(store: Store, new: NewMessage) -> tuple[Contents, Contents]:
    """Give the contents of a message as a waiter opens it, and as a rule does before it is stored."""
    added(store.add(new))
    stored = store.newest(1)[0].candidate.contents
    return stored, given_message(new.raw, new.reading.root, new.envelope, new.derived.texts[2])


@pytest.mark.parametrize(
    ("field", "name", "values"),
    [
        ("header", "subject", ["grüsse"]),
        ("header", "x-run", ["42", "forty two"]),
        ("header", "x-empty", [""]),
        ("header", "x-none", []),
        ("header", "ünü", []),
        ("attachment", "filename", ["strasse.pdf"]),
        ("attachment", "type", ["application/pdf", "image/png"]),
        ("link", "url", ["https://shop.test/reset?token=abc", "https://x.test/unsub"]),
        ("link", "text", ["reset it", ""]),
        ("link", "host", ["shop.test", "x.test"]),
        ("link", "kind", ["action", "unsubscribe"]),
        ("code", "", ["482910"]),
        ("user", "", ["gw0"]),
        ("helo", "", ["app.test"]),
        ("peer", "", ["[::1]:5000", "::1"]),
        ("tls", "", ["tlsv1.3 tls_aes"]),
    ],
)
def test_the_values_of_a_field(store: Store, field: str, name: str, values: list[str]) -> None:
    """Folded, in their order, the same wherever the message lies."""
    for each in both(store, mail()):
        assert list(each.values(field, name)) == values


def test_html_and_body(store: Store) -> None:
    """The source, with its tags; of the body the text besides."""
    for each in both(store, mail()):
        (html,) = each.values("html", "")
        assert html.startswith("<p>your code is <b>482-910</b></p><a href=")
        assert list(each.values("body", "")) == ["your code is 482-910 reset it", html]


def test_a_mail_with_nothing_in_it(store: Store) -> None:
    """Has no values."""
    for each in both(store, mail(b"\r\n", Envelope("", (Recipient("bob@x.test"),)))):
        for field in ("html", "body", "attachment", "link", "code", "user", "helo", "peer", "tls"):
            assert not each.values(field, "filename" if field == "attachment" else "url")


def test_a_message_that_is_gone_has_none(store: Store) -> None:
    """It was deleted between its arrival and the question."""
    stored, _ = both(store, mail())
    store.delete(Selection(everything=True)).result(5)
    assert list(stored.values("header", "subject")) == []


def test_the_last_answers_are_kept(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred waiters may ask the same of one arrival; it is opened once for them, and not kept for ever."""
    monkeypatch.setattr(contents, "_KEPT", 2)
    added(store.add(mail()))
    readers = Readers(path)
    lent = 0

    def lend():
        nonlocal lent
        lent += 1
        return readers.read()

    message = Lent(lend).message(1)
    for _ in range(3):
        assert message.values("code", "") == ["482910"]
    assert lent == 1
    for name in ("a", "b", "c"):
        message.values("header", name)
    message.values("code", "")
    assert lent == 5
    readers.close()


def test_a_large_mail_is_not_read_whole() -> None:
    """Of its attachments nothing, of its texts the beginning."""
    asked: list[tuple[int, int]] = []
    big = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        + b"<p>x</p>" * 100_000
    )
    new = mail(big + b"\r\n--b\r\nContent-Type: application/zip\r\n\r\n" + b"x" * 5_000_000 + b"\r\n--b--\r\n")

    def cut(start: int, length: int) -> bytes:
        asked.append((start, length))
        return new.raw[start : start + length]

    opened = contents.OpenMessage(cut, lambda: new.reading.root, lambda: ENVELOPE, lambda: "")
    assert opened.values("html", "")
    assert opened.values("attachment", "type") == ["application/zip"]
    assert opened.values("link", "url") == []
    assert sum(length for _, length in asked) < 2_000_000
