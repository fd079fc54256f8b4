"""The scan of raw bytes, with the standard library's old parser as oracle."""

from __future__ import annotations

import email
import sys
import time
from email import policy
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.parts import decoded, walk
from mailcatch.mime.structure import DEEPEST, MOST_PARTS, scan
from mailcatch.model import Part

MIXED = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\npreamble\r\n"
    b"--out\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n"
    b"--in\r\n\r\nplain\r\n--in\r\nContent-Type: text/html\r\n\r\n<p>html\r\n--in--\r\n"
    b"--out\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner body\r\n"
    b"--out\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <a@x>\r\n\r\n"
    b"aGVsbG8=\r\n--out--\r\nepilogue\r\n"
)


def tree(part: Part) -> tuple[object, ...]:
    return (part.number, part.content_type, *map(tree, part.children))


def test_parts_are_numbered_as_imap_does():
    """RFC 3501 §6.4.5: the root multipart and one inside a message have no number of their own."""
    assert tree(scan(MIXED).root) == (
        "",
        "multipart/mixed",
        ("1", "multipart/alternative", ("1.1", "text/plain"), ("1.2", "text/html")),
        ("2", "message/rfc822", ("2.1", "text/plain")),
        ("3", "image/png"),
    )


def test_a_single_part_is_number_one():
    """A message that is no multipart has one part."""
    assert tree(scan(b"Subject: x\r\n\r\nbody")[0]) == ("1", "text/plain")


def test_a_multipart_in_a_message_has_no_number():
    """Its children carry on from the message's."""
    raw = b"Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"
    assert tree(scan(raw).root) == ("1", "message/rfc822", ("", "multipart/mixed", ("1.1", "text/plain")))


def test_offsets_cut_bodies_out_of_the_raw_bytes():
    """A body is a slice; the line end before a delimiter is the delimiter's."""
    parts = {part.number: part for part in walk(scan(MIXED).root)}
    assert MIXED[parts["1.1"].offset :][: parts["1.1"].length] == b"plain"
    assert decoded(MIXED, parts["3"]) == b"hello"
    assert (parts["3"].size, parts["3"].filename, parts["3"].content_id) == (5, "a.png", "a@x")


def test_an_outer_delimiter_ends_what_was_left_open():
    """An inner multipart without its end does not swallow its neighbours."""
    raw = MIXED.replace(b"--in--\r\n", b"")
    assert [part.content_type for part in scan(raw).root.children] == [
        "multipart/alternative",
        "message/rfc822",
        "image/png",
    ]


def test_a_longer_boundary_is_not_a_delimiter():
    """`--out2` is not a delimiter of `out`."""
    raw = b"Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n\r\na\r\n--out2\r\nb\r\n--out--\r\n"
    (child,) = scan(raw).root.children
    assert raw[child.offset :][: child.length] == b"a\r\n--out2\r\nb"


@pytest.mark.parametrize("boundary", [b"", b'""', b"x" * 2000, b"a b", b"\xff"])
def test_odd_boundaries_break_nothing(boundary: bytes):
    """A multipart that cannot be cut is one part."""
    raw = b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n--\r\n\r\nx\r\n"
    assert scan(raw).root.length >= 0


def test_depth_has_a_limit():
    """Past it a part is opaque and the reason is said."""
    raw = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(DEEPEST + 20)
    )
    root, _, error = scan(raw)
    assert error == f"parts are nested deeper than {DEEPEST}"
    assert sum(1 for _ in walk(root)) == DEEPEST + 1


def test_parts_have_a_limit():
    """A hundred thousand empty parts are not a hundred thousand values."""
    root, _, error = scan(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 50_000)
    assert error == f"there are more than {MOST_PARTS} parts"
    assert sum(1 for _ in walk(root)) <= MOST_PARTS


def test_a_nest_of_unterminated_multiparts_is_no_bomb():
    """Ten kilobytes that are quadratic elsewhere: a generous bound, for it is a hundredth of it here."""
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(200))[:10_240]
    started = time.process_time()
    scan(raw)
    assert time.process_time() - started < 0.5


def leaves(message: Message) -> list[tuple[str, bytes]]:
    if message.is_multipart() and message.get_content_maintype() == "multipart":
        return [leaf for part in message.get_payload() for leaf in leaves(part)]  # type: ignore[union-attr, arg-type]
    if message.get_content_type() == "message/rfc822" and message.is_multipart():
        return leaves(message.get_payload(0))  # type: ignore[arg-type]
    return [(message.get_content_type(), message.get_payload(decode=True) or b"")]


def our_leaves(raw: bytes) -> list[tuple[str, bytes]]:
    return [(part.content_type, decoded(raw, part)) for part in walk(scan(raw).root) if not part.children]


@pytest.mark.parametrize("raw", [MIXED, b"Subject: x\r\n\r\nbody\r\n", b"", b"body only"])
def test_the_oracle_agrees(raw: bytes):
    """Types and decoded bodies are those of the standard library's compat32 parser."""
    assert our_leaves(raw) == leaves(email.message_from_bytes(raw, policy=policy.compat32))


DATA = Path(sys.base_prefix, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}", "test", "test_email", "data")


@pytest.mark.skipif(not DATA.is_dir(), reason="this Python comes without its own test data")
def test_the_interpreters_own_mails() -> None:
    """Every mail of CPython's tests has the leaves that its parser finds, but for those listed."""
    differs = {
        path.name
        for path in sorted(DATA.glob("msg_*.txt"))
        if our_leaves(path.read_bytes()) != leaves(email.message_from_bytes(path.read_bytes(), policy=policy.compat32))
    }
    assert differs <= DIFFERENT


DIFFERENT = {
    "msg_15.txt",  # blanks at the end of a quoted-printable line go (RFC 2045 §6.7 rule 3)
    "msg_16.txt",  # message/delivery-status is a body to us, a list of header blocks there
    "msg_36.txt",  # so is message/external-body
    "msg_42.txt",  # a multipart of which nothing but the end is there
    "msg_43.txt",  # message/delivery-status
}


@given(st.data())
def test_mutations_never_break_the_tree(data: st.DataObject):
    """Random changes leave a tree whose parts lie inside their parents."""
    raw = bytearray(MIXED)
    for _ in range(data.draw(st.integers(1, 12))):
        position = data.draw(st.integers(0, len(raw) - 1))
        raw[position : position + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6))
    root = scan(bytes(raw)).root
    for parent in walk(root):
        assert 0 <= parent.header_offset <= parent.offset <= parent.offset + parent.length <= len(raw)
        for child in parent.children:
            assert parent.offset <= child.header_offset
            assert child.offset + child.length <= parent.offset + parent.length
