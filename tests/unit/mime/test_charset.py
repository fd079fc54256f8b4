"""Bytes to text, by an allow-list."""

import encodings
import pkgutil
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ("iso-8859-1", b"\x93quoted\x94 \x81", "“quoted” \ufffd"),
        ("gb2312", "鎔".encode("gbk"), "鎔"),
        ("shift_jis", "①".encode("cp932"), "①"),
        ("utf-8 (Unicode)", b"\xc3\xbc", "ü"),
        ("'UTF8'", b"\xc3\xbc", "ü"),
        ("x-mac-roman", b"\x8a", "ä"),
        ("Windows-1251", b"\xef", "п"),
        ("utf-7", b"+AOQ-", "ä"),
        ("utf-7", b"+2D3eAA-", "😀"),
        ("utf-7", b"+2AA-", "\ufffd"),
    ],
)
def test_decodes_in_its_character_set(charset: str | None, data: bytes, text: str):
    """The label is believed where it names a character set; without one UTF-8 comes first."""
    assert decode_bytes(data, charset) == text


@pytest.mark.parametrize(
    "label",
    [
        "undefined",
        "idna",
        "punycode",
        "zlib",
        "rot13",
        "base64",
        "hex",
        "mbcs",
        "unicode_escape",
        "raw-unicode-escape",
        "aliases",
        "../../x",
        "x" * 999,
        "\0",
        "é",
        "",
    ],
)
def test_codecs_that_are_no_character_set_are_not_reached(label: str):
    """A mail cannot choose a codec that raises, unpacks or transforms."""
    assert codec_of(label) is None
    assert decode_bytes(b"plain \xff", label) == "plain ÿ"


def test_a_label_loads_no_module():
    """Looking one up would import `encodings.<label>`."""
    loaded = set(sys.modules)
    assert codec_of("quopri_codec") is None
    assert set(sys.modules) == loaded


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-7", "shift_jis", "hz", "big5", "euc-kr"])
def test_broken_bytes_are_replaced(charset: str):
    """Whatever the bytes are, there is a text."""
    decode_bytes(bytes(range(256)) * 3, charset).encode()


CODECS = sorted(filter(None, {codec_of(module.name) for module in pkgutil.iter_modules(encodings.__path__)}))


@given(st.sampled_from(CODECS), st.binary(max_size=80), st.booleans())
def test_nothing_raises(codec: str, data: bytes, cut: bool):
    """Any bytes in any character set give a text that can be encoded again."""
    decode_bytes(data, codec, cut=cut).encode()


@pytest.mark.parametrize("codec", CODECS)
def test_errors_cost_no_more_than_letters(codec: str):
    """A quarter of a megabyte of octets that mean nothing: a generous bound, on the processor's clock."""
    started = time.process_time()
    for octets in (b"\x81", b"\xff", b"~{", b"+2AA-"):
        decode_bytes(octets * (250_000 // len(octets)), codec)
    assert time.process_time() - started < 2
