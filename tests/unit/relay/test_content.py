"""What goes over the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.relay.content import BadAddress, has_utf8_header, needs_utf8, path_of, stuffed


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"", b""),
        (b"a", b"a\r\n"),
        (b".", b"..\r\n"),
        (b".\r\n..\r\n", b"..\r\n...\r\n"),
        (b"a\n.\nMAIL FROM:<x>\n", b"a\r\n..\r\nMAIL FROM:<x>\r\n"),
        (b"a\r.\rb", b"a\r\n..\r\nb\r\n"),
        (b"a\r\n\n\r\nb\r\n", b"a\r\n\r\n\r\nb\r\n"),
    ],
)
def test_dots_are_stuffed_and_lines_end_with_crlf(content: bytes, sent: bytes):
    """No line is a lone dot, by whatever line end a server goes."""
    assert stuffed(content) == sent


@given(st.text(alphabet=".\r\nab", max_size=60))
def test_nothing_within_can_end_the_message(text: str):
    """Neither for a server that takes a lone LF, nor for one that takes a lone CR."""
    sent = stuffed(text.encode())
    lines = sent.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert b"." not in lines
    assert sent.count(b"\r\n") == sent.count(b"\n") == sent.count(b"\r")
    assert not sent or sent.endswith(b"\r\n")


@given(st.lists(st.text(alphabet=".ab ", max_size=8), max_size=8))
def test_a_message_of_crlf_lines_comes_back(lines: list[str]):
    """What the receiver takes off is what was put on."""
    content = "".join([f"{line}\r\n" for line in lines]).encode()
    back = b"".join(
        [line[1:] if line.startswith(b".") else line for line in stuffed(content).splitlines(keepends=True)]
    )
    assert back == content


def test_a_domain_goes_as_a_label_and_the_local_part_as_it_is():
    """An address with an IDN and an ASCII local part needs no SMTPUTF8."""
    assert path_of("Ann.B@bücher.example") == "Ann.B@xn--bcher-kva.example"
    assert not needs_utf8("ann@bücher.example")
    assert needs_utf8("jürgen@x.example")
    assert path_of("") == ""


@pytest.mark.parametrize("address", ["a\r\nRCPT TO:<b@x.test>@x.test", "a>@x.test", "a\0@x.test"])
def test_no_address_can_hold_a_command(address: str):
    """It is not sent at all."""
    with pytest.raises(BadAddress):
        path_of(address)


def test_only_utf8_makes_a_header_international():
    """Old 8-bit text in a header goes as it always did."""
    assert has_utf8_header("Subject: grüße\r\n\r\nx".encode())
    assert not has_utf8_header("Subject: grüße\r\n\r\nx".encode("latin-1"))
    assert not has_utf8_header("Subject: x\r\n\r\ngrüße".encode())
