"""Bytes to text, by an allow-list."""

import pytest

from mailcatch.mime.charset import codec_of, decode_bytes


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("utf-8", "Straße".encode(), "Straße"),
        ("iso-8859-1", b"Stra\xdfe", "Straße"),
        ("windows-1252", b"\x80", "€"),
        ("gb2312", "密码".encode("gb2312"), "密码"),
        ("iso-2022-jp", "日本".encode("iso-2022-jp"), "日本"),
        ("koi8-r", "привет".encode("koi8-r"), "привет"),
        ("ks_c_5601-1987", "한국".encode("cp949"), "한국"),
        ("us-ascii", "naïve".encode(), "naïve"),
        (None, "naïve".encode(), "naïve"),
        (None, b"na\xefve", "naïve"),
    ],
)
def test_decodes_in_its_character_set(charset: str | None, data: bytes, text: str):
    """The label is believed where it names a character set; without one UTF-8 comes first."""
    assert decode_bytes(data, charset) == text


@pytest.mark.parametrize(
    "label", ["undefined", "idna", "punycode", "zlib", "rot13", "base64", "hex", "mbcs", "x" * 999, ""]
)
def test_codecs_that_are_no_character_set_are_not_reached(label: str):
    """A mail cannot choose a codec that raises, unpacks or transforms."""
    assert codec_of(label) is None
    assert decode_bytes(b"plain \xff", label) == "plain ÿ"


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-7", "shift_jis", "hz", "big5", "euc-kr"])
def test_broken_bytes_are_replaced(charset: str):
    """Whatever the bytes are, there is a text."""
    assert isinstance(decode_bytes(bytes(range(256)) * 3, charset), str)
