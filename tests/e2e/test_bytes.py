"""Byte by byte, whatever it is and however large (G2); and accepted whatever it is (G4)."""

import hashlib
import random
from collections.abc import Callable

import pytest

from mailcatch.web.mbox import read
from tests.support.http import Http
from tests.support.sink import Sink, sink
from tests.support.wire import Wire, as_sent

RawOf = Callable[[str], bytes]
HEAD = b"From: a@x.test\r\nTo: b@x.test\r\nSubject: bytes\r\n"
MULTIPART = (
    HEAD + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="outer"\r\n\r\npreamble\r\n'
    b'--outer\r\nContent-Type: multipart/alternative; boundary="inner"\r\n\r\n'
    b"--inner\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Gr=C3=BC=C3=9Fe=20and a soft=\r\n line\r\n"
    b"--inner\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"<p>Gr\xfc\xdfe</p>\r\n--inner--\r\n"
    b'--outer\r\nContent-Type: image/png; name="p.png"\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <a@x>\r\n'
    b"Content-Disposition: inline; filename*=utf-8''%E3%83%87.png\r\n\r\niVBORw0KGgo=\r\n"
    b"--outer\r\nContent-Type: message/rfc822\r\n\r\nSubject: =?utf-8?q?inner?=\r\n\r\nbody\r\n--outer--\r\nepilogue\r\n"
)

CASES = {
    "multipart": MULTIPART,
    "8-bit in header and body": b"Subject: \xfc\xff\r\nX: \x80\r\n\r\n\xff\xfe\x00\x01\r\n",
    "every byte": HEAD + b"\r\n" + bytes(range(256)) * 8 + b"\r\n",
    "bare LF and CR": b"Subject: x\nTo: y\r\rz\n\nbody\nwith\rall\r\r\nkinds\n\r\n",
    "dots": HEAD + b"\r\n.\r\n..\r\n...\r\n.x\r\nx.\r\n\n.\n\r.\r",
    "smuggling attempts": HEAD + b"\r\n\n.\nMAIL FROM:<x>\r\n\r.\r\n\n.\r\n\r\n..\r\n",
    "empty": b"\r\n",
    "no header": b"\r\nbody\r\n",
    "only a header": b"Subject: x\r\n",
    "UTF-8 header": "Subject: Grüße 你好\r\nFrom: ü@例.test\r\n\r\nx\r\n".encode(),
    "no final line end": HEAD + b"\r\nno end",
    "white space": b" \r\n\t\r\n   \r\n",
    "a line of 3 MB": HEAD + b"\r\n" + b"x" * 3_000_000 + b"\r\n",
    "a header of 3 MB": b"X-Long: " + b"y" * 3_000_000 + b"\r\n\r\nbody\r\n",
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_sent_is_what_is_read(running: Sink, raw_of: RawOf, http: Http, name: str):
    """Acknowledged, equal, and shown without an error of the server."""
    with Wire(running.smtp) as wire:
        id = wire.send(CASES[name])
    assert raw_of(id) == as_sent(CASES[name])
    for view in ("", "/text", "/html", "/headers"):
        assert http.get(f"/v1/messages/{id}{view}").status in {200, 404}


def test_50_mb(http: Http, running: Sink, raw_of: RawOf):
    """The largest that is taken by default: whole, and its attachment too; one byte more is refused with 552."""
    limit = 50 << 20
    head = HEAD + b"Content-Type: application/octet-stream\r\n\r\n"
    line = random.Random(1).randbytes(900).replace(b"\r", b" ").replace(b"\n", b" ") + b"\r\n"
    raw = (head + line * (limit // len(line)))[: limit - 2] + b"\r\n"
    with Wire(running.smtp, timeout=120) as wire:
        id = wire.send(raw)
        assert hashlib.sha256(raw_of(id)).digest() == hashlib.sha256(raw).digest()
        with pytest.raises(AssertionError, match=r"552 5\.3\.4"):
            wire.send(raw[:-2] + b"xx\r\n" + b"x" * 100)
    with Wire(running.smtp) as wire:
        assert raw_of(wire.send(MULTIPART)) == MULTIPART  # the refused one left nothing behind


def mutations(count: int) -> list[bytes]:
    """Give the multipart mail with a few bytes changed, inserted, deleted, doubled or swapped, always the same ones."""
    chance, made = random.Random(18), []
    for _ in range(count):
        mail = bytearray(MULTIPART)
        for _ in range(chance.choice((1, 1, 2, 5, 20))):
            at, other = chance.randrange(len(mail)), chance.randrange(len(mail))
            match chance.randrange(5):
                case 0:
                    mail[at] = chance.randrange(256)
                case 1:
                    mail.insert(at, chance.randrange(256))
                case 2:
                    del mail[at : at + chance.choice((1, 2, 50))]
                case 3:
                    mail[at:at] = mail[at : at + chance.randrange(1, 200)]
                case _:
                    mail[at], mail[other] = mail[other], mail[at]
        made.append(as_sent(bytes(mail)))
    return made


def test_1500_mutations_are_all_accepted_and_stored():
    """Not one mail is refused for being malformed, and each is stored as it came; none is shown with a 5xx."""
    mails = mutations(1500)
    with sink() as running, Http(running.http) as http:
        with Wire(running.smtp) as wire:
            ids = [wire.send(mail) for mail in mails]
        stored = [item.raw for item in read([http.get("/v1/export").body], 1 << 30)]
        assert stored == mails
        assert {http.get(f"/v1/messages/{id}").status for id in ids[::5]} == {200}
        assert running.log.count('"level": "error"') == 0
