"""What is extracted from, cut out of a message's octets."""

from __future__ import annotations

from mailcatch.extract import gathering
from mailcatch.extract.gathering import gathered
from mailcatch.extract.source import Source
from mailcatch.mime.structure import scan

INNER = "Subject: inner\r\n\r\ninner text\r\n"
RAW = (
    "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nList-Unsubscribe: <https://x.test/u>\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; format=flowed\r\n\r\none \r\nline\r\n"
    "--b\r\nContent-Type: text/html\r\n\r\n<p>a</p>\r\n<p>b</p>\r\n"
    f"--b\r\nContent-Type: message/rfc822\r\n\r\n{INNER}\r\n--b--\r\n"
).encode()


def source(raw: bytes) -> tuple[Source, int]:
    """Gather, and count the octets that were asked for."""
    asked = 0

    def cut(start: int, length: int) -> bytes:
        nonlocal asked
        asked += length
        return raw[start : start + length]

    return gathered(cut, scan(raw).root), asked


def test_subject_texts_and_attached_messages() -> None:
    """Decoded, flowed lines joined, an attached message apart."""
    found, _ = source(RAW)
    assert (found.subject, found.plain, found.html) == ("Grüße", "one line", "<p>a</p>\n<p>b</p>")
    assert found.unsubscribe == ("<https://x.test/u>",)
    (inner,) = found.attached
    assert (inner.subject, inner.plain.strip(), inner.html) == ("inner", "inner text", None)


def test_long_texts_are_cut() -> None:
    """However large a mail is, no more of it is read than its texts may have."""
    html = b"Content-Type: text/html\r\n\r\n" + b"x" * (gathering.HTML_BYTES + 1_000_000)
    found, asked = source(html)
    assert found.html is not None
    assert len(found.html) == gathering.HTML_BYTES
    assert asked < gathering.HTML_BYTES + 1_000
    parts = b"--b\r\n\r\n" + b"x" * 300_000 + b"\r\n"
    _, asked = source(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts * 30 + b"--b--\r\n")
    assert asked < gathering.MOST_TEXTS * 300_000
