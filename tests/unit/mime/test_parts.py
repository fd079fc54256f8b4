"""What parts hold."""

import pytest

from mailcatch.mime.parts import (
    attachments_of,
    by_number,
    decoded,
    headers_of,
    html_of,
    is_attachment,
    shown,
    text_in,
    text_of,
    texts_of,
    walk,
)
from mailcatch.mime.structure import scan

RAW = (
    b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>Gr\xc3\xbc\xc3\x9fe\r\n"
    b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nfile\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: image/png\r\n\r\npng\r\n--b--\r\n"
)
ROOT = scan(RAW).root


def test_texts_are_decoded():
    """Transfer encoding and character set are undone; the attached text is not the text."""
    assert text_of(RAW, ROOT) == "Grüße"
    assert html_of(RAW, ROOT) == "<p>Grüße"


def test_a_message_without_text_has_none():
    """No text is "", no HTML is None."""
    root = scan(b"Content-Type: image/png\r\n\r\nx").root
    assert (text_of(b"", root), html_of(b"", root)) == ("", None)


def test_attachments_are_what_a_reader_offers_as_files():
    """Named parts and attached messages; what lies inside such a message is its own."""
    assert [part.number for part in attachments_of(ROOT)] == ["3", "4"]
    assert not is_attachment(ROOT)


@pytest.mark.parametrize(
    ("number", "content_type"), [("1", "text/plain"), ("4", "message/rfc822"), ("4.1", "image/png")]
)
def test_parts_are_found_by_number(number: str, content_type: str):
    """Also inside an attached message."""
    part = by_number(ROOT, number)
    assert part is not None
    assert part.content_type == content_type


@pytest.mark.parametrize("number", ["", "0", "9", "1.1", "x"])
def test_there_is_no_such_part(number: str):
    """A number that names nothing gives None; the root multipart has none."""
    assert by_number(ROOT, number) is None


def test_a_text_without_a_name_comes_first():
    """A named one is a file, shown only where there is no other."""
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; name=a.txt\r\n\r\nfile\r\n"
        b"--b\r\n\r\ntext\r\n--b--"
    )
    root = scan(raw).root
    assert text_of(raw, root) == "text"
    assert [part.number for part in texts_of(root, "text/plain")] == ["1", "2"]


def test_a_multipart_that_cannot_be_cut_is_shown_as_text():
    """Its reader sees what there is, rather than nothing."""
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\nall there is"
    assert text_of(raw, scan(raw).root) == "all there is"
    assert html_of(raw, scan(raw).root) is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\r\n" + "aü".encode(), "a"),
        (b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "aü".encode(), "a"),
        (b"Content-Type: text/plain; charset=utf-16-be\r\n\r\n" + "üü".encode("utf-16-be"), "ü"),
        (b"Content-Type: text/plain; charset=shift_jis\r\n\r\n" + "a日".encode("shift_jis"), "a"),
    ],
)
def test_a_text_is_not_cut_in_a_character(raw: bytes, text: str):
    """What is left of one at the end goes; without it the text would pass for another character set."""
    part = scan(raw).root
    assert text_in(raw, part, part.length - 1) == text


def test_headers_of_a_part():
    """Each part has its own header block."""
    assert next(iter(headers_of(RAW, ROOT))).value == "x"
    part = by_number(ROOT, "2")
    assert part is not None
    assert [header.name for header in headers_of(RAW, part)] == ["Content-Type"]


def test_only_the_beginning_is_decoded_where_asked():
    """A limit is in bytes of the encoded body."""
    part = shown(ROOT, "text/plain")
    assert part is not None
    assert decoded(RAW, part, 2) == b"Gr"


def test_walk_goes_depth_first():
    """A parent comes before its children, in their order."""
    assert [part.number for part in walk(ROOT)] == ["", "1", "2", "3", "4", "4.1"]
