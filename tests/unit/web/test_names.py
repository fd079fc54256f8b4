"""mailcatch.web.names: names and types from a mail, made harmless."""

from __future__ import annotations

from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.web.names import disposition, picture_type, safe_name, served_type


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\x.exe", "x.exe"),
        ("..", "other"),
        (".htaccess", "htaccess"),
        ("", "other"),
        (None, "other"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("\u202egpj.exe", "gpj.exe"),
        ("Rechnung für März.pdf", "Rechnung für März.pdf"),
    ],
)
def test_a_name_is_a_base_name_without_tricks(name: str | None, safe: str) -> None:
    """No folder, no control, no direction, no hidden file."""
    assert safe_name(name, "other") == safe


@given(st.text())
def test_any_name_makes_one_header(name: str) -> None:
    """Whatever a mail calls its file, the header is one line of latin-1 and gives back the name."""
    safe = safe_name(name, "other")
    header = disposition("attachment", safe)
    assert "\r" not in header
    assert "\n" not in header
    header.encode("latin-1")
    message = Message()
    message["Content-Disposition"] = header
    got = message.get_param("filename", header="Content-Disposition")
    if safe.isascii() and '"' not in safe and "\\" not in safe:
        assert got == safe
    assert header.startswith('attachment; filename="')


@pytest.mark.parametrize(
    ("content_type", "charset", "served"),
    [
        ("image/png", None, "image/png"),
        ("text/plain", "utf-8", "text/plain; charset=utf-8"),
        ("text/plain", "utf-8\r\nx: y", "text/plain; charset=utf-8"),
        ("text/html", "utf-8", "application/octet-stream"),
        ("image/svg+xml", None, "application/octet-stream"),
        ("application/xhtml+xml", None, "application/octet-stream"),
        ("text/javascript", None, "application/octet-stream"),
        ("text/xml", None, "application/octet-stream"),
        ("application/x-unheard-of", None, "application/octet-stream"),
    ],
)
def test_only_harmless_types_are_kept(content_type: str, charset: str | None, served: str) -> None:
    """What could run on our origin is served as bytes."""
    assert served_type(content_type, charset) == served


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x20ftypavif", "image/avif"),
        (b"<svg xmlns=", None),
        (b"<html>", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"", None),
    ],
)
def test_a_picture_is_known_by_its_bytes(data: bytes, kind: str | None) -> None:
    """Not by what a mail calls it."""
    assert picture_type(data) == kind
