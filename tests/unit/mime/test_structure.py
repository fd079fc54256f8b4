"""The scan of raw bytes, with the standard library's old parser as oracle."""

from __future__ import annotations

import email
import time
import tracemalloc
from email import policy
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.parts import decoded, walk
from mailcatch.mime.structure import DEEPEST, MOST_LOOKALIKES, MOST_PARTS, scan
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


def test_sizes_lines_and_places_of_the_tree():
    """Decoded size, lines that have an end, and where header and body lie."""
    root = scan(MIXED).root
    parts = {part.number: part for part in walk(root)}
    assert [(parts[number].size, parts[number].lines) for number in ("", "1.1", "2", "2.1", "3")] == [
        (root.length, 26),
        (5, 0),
        (28, 2),
        (10, 0),
        (5, 0),
    ]
    for part in walk(root):
        assert MIXED[part.header_offset : part.offset].count(b"\r\n\r\n") == 1 or part.number == "1.1"
        assert part.lines == MIXED[part.offset : part.offset + part.length].count(b"\n")


def test_what_a_part_says_of_itself():
    """Type, character set, encoding, disposition, name, id and location; case does not count."""
    raw = (
        b"CONTENT-TYPE: Text/HTML; Charset=UTF-8; name=old.html\r\nContent-Transfer-Encoding: Quoted-Printable\r\n"
        b"Content-Disposition: Attachment; filename*=utf-8''n%C3%A4w.html\r\nContent-ID: < a@x >\r\n"
        b"Content-Location:\r\n http://x/\r\n a\r\n\r\n=C3=A4"
    )
    part = scan(raw).root
    assert (part.content_type, part.charset, part.encoding, part.size) == ("text/html", "UTF-8", "quoted-printable", 2)
    assert (part.disposition, part.filename, part.content_id) == ("attachment", "näw.html", "a@x")
    assert part.content_location == "http://x/ a"


@pytest.mark.parametrize(
    ("field", "content_type"),
    [
        (b"", "text/plain"),
        (b"Content-Type: text\r\n", "text/plain"),
        (b"Content-Type: nonsense; charset=x\r\n", "text/plain"),
        (b"Content-Type: a/b/c\r\n", "text/plain"),
        (b"Content-Type:\r\n", "text/plain"),
        (b"Content-Type: text/html charset=utf-8\r\n", "text/html"),
        (b"Content-Type: IMAGE/X-Icon (a comment)\r\n", "image/x-icon"),
        (b"Content-Type: message/rfc822\r\n", "message/rfc822"),
    ],
)
def test_the_type_of_a_part(field: bytes, content_type: str):
    """What RFC 2045 §5.2 says where it is missing or cannot be read."""
    assert scan(field + b"\r\n").root.content_type == content_type


def test_parts_of_a_digest_are_messages():
    """RFC 2046 §5.1.5: unless they say otherwise."""
    raw = (
        b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n\r\ny\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\nz\r\n--b--\r\n"
    )
    assert tree(scan(raw).root) == (
        "",
        "multipart/digest",
        ("1", "message/rfc822", ("1.1", "text/plain")),
        ("2", "text/html"),
    )


@pytest.mark.parametrize("encoding", [b"base64", b"quoted-printable"])
def test_an_encoded_message_is_not_looked_into(encoding: bytes):
    """Its parts would lie in other bytes than the raw ones; it is a body that can be fetched decoded."""
    raw = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\nU3ViamVjdDogeA0K"
    assert tree(scan(raw).root) == ("1", "message/rfc822")


def test_an_outer_delimiter_ends_what_was_left_open():
    """An inner multipart without its end does not swallow its neighbours."""
    raw = MIXED.replace(b"--in--\r\n", b"")
    assert [part.content_type for part in scan(raw).root.children] == [
        "multipart/alternative",
        "message/rfc822",
        "image/png",
    ]


def bodies(head: bytes, body: bytes) -> list[bytes]:
    raw = b"Content-Type: multipart/mixed; boundary=" + head + b"\r\n\r\n" + body
    return [raw[part.offset :][: part.length] for part in scan(raw).root.children]


@pytest.mark.parametrize(
    ("boundary", "body", "expected"),
    [
        (b"out", b"--out\r\n\r\na\r\n--out2\r\nb\r\n--out--\r\n", [b"a\r\n--out2\r\nb"]),
        (b"out", b"--out\r\n\r\na\r\n--out--2\r\nb\r\n--out--\r\n", [b"a\r\n--out--2\r\nb"]),
        (b"b", b"--b \t\r\n\r\na\r\n--b\t\r\n\r\nc\r\n--b-- \r\nepilogue --b\r\n", [b"a", b"c"]),
        (b"b", b"--b\n\na\n--b\n\nc\n--b--", [b"a", b"c"]),
        (b"b", b"--b\r\ra\r--b\r\rc\r--b--", [b"a", b"c"]),
        (b"b", b"--b\r\n\r\na\n--b\r\rc\r\n--b--", [b"a", b"c"]),
        (b"b", b"pre --b\r\n--b\r\n\r\na --b\r\n --b\r\n--b--\r\n", [b"a --b\r\n --b"]),
        (b"b", b"--b\r\n\r\nnever closed\r\n", [b"never closed\r\n"]),
        (b"b", b"--b\r\n--b\r\n\r\na\r\n--b--", [b"a"]),
        (b"b", b"--b\r\n\r\n--b\r\n\r\n\r\n--b--", [b"", b""]),
        (b"b", b"--b\r\nA: b\r\n--b--", [b""]),
        (b"b", b"--b", [b""]),
        (b"b", b"--b--\r\n--b\r\n\r\na", []),
        (b"b", b"no delimiter", []),
        (b'" b "', b"-- b\r\n\r\na\r\n-- b--", [b"a"]),
        (b"\xff", b"--\xff\r\n\r\na\r\n--\xff--", [b"a"]),
        (b"x" * 2000, b"--" + b"x" * 2000 + b"\r\n\r\na", [b"a"]),
        (b'"-"', b"------\r\n---\r\n\r\na\r\n----\r\n-----\r\n", [b"a\r\n----"]),
        (b'""', b"--\r\n\r\na\r\n--\r\n", []),
        (b"", b"--\r\n\r\na\r\n--\r\n", []),
    ],
)
def test_where_parts_begin_and_end(boundary: bytes, body: bytes, expected: list[bytes]):
    """RFC 2046 §5.1.1, with every end of line; a multipart that cannot be cut is one part."""
    assert bodies(boundary, body) == expected


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


def test_lookalikes_of_delimiters_have_a_limit():
    """Lines that begin like a delimiter cost time each: a million of them are not looked at."""
    root, _, error = scan(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\na" + b"\n--bc" * 300_000)
    assert error == f"more than {MOST_LOOKALIKES} lines look like delimiters"
    assert len(root.children) == 1


def test_large_multiparts_are_not_nested_deep():
    """Each would search all of a large mail for its delimiter; small ones may, and a large one may be deep enough."""
    nest = b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(40))
    assert scan(nest + b"\r\n" + b"x" * 1_000_000).error is None
    assert scan(nest + b"\r\n" + b"x" * 3_000_000).error == "multiparts of its size are nested deeper than 12"
    assert (
        scan(nest[: nest.index(b"Content-Type: multipart/mixed; boundary=11")] + b"\r\n" + b"x" * 8_000_000).error
        is None
    )


def test_a_header_that_is_too_long_makes_an_opaque_part():
    """What it might say of its body is not asked."""
    raw = b"Content-Type: multipart/mixed; boundary=b\r\nX: " + b"x" * 300_000 + b"\r\n\r\n--b\r\n\r\na\r\n--b--\r\n"
    root, _, error = scan(raw)
    assert error == "a header block is longer than 256 KiB"
    assert root.children == ()


def test_a_nest_of_unterminated_multiparts_is_no_bomb():
    """Ten kilobytes that are quadratic elsewhere: a generous bound, for it is a hundredth of it here."""
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(200))[:10_240]
    started = time.process_time()
    scan(raw)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    "raw",
    [
        b'Content-Type: multipart/mixed; boundary="-"\r\n\r\n' + b"-" * 3_000_000,
        b'Content-Type: multipart/mixed; boundary="-"\r\n\r\n---\r\n' * 49 + b"\n---x" * 300_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 49 + b"\n--" * 1_000_000,
        b"Content-Type: message/rfc822\r\n\r\n" * 60 + b"x\n" * 1_000_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b" + b" " * 1_000_000 + b"x\r\n--b" + b" " * 1_000_000,
    ],
    ids=["a line of dashes", "a nest of lookalikes", "dashes in a nest", "messages in messages", "blanks"],
)
def test_crafted_structure_is_linear(raw: bytes):
    """Megabytes that make other scans stop: a generous bound, on the processor's clock."""
    started = time.process_time()
    scan(raw)
    assert time.process_time() - started < 3


def test_a_large_mail_costs_no_memory():
    """Sizes and lines of ten megabytes are counted without a copy of them."""
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    raw = head + b"QUJD" * 19 + b"\r\n" + b"QUJD" * 19 * 130_000 + b"\r\n--b--\r\n"
    tracemalloc.start()
    root = scan(raw).root
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert root.children[0].size == 57 * 130_001
    assert peak < len(raw) // 10


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


@given(st.data())
def test_mutations_never_break_the_tree(data: st.DataObject):
    """Random changes leave a tree whose parts lie inside their parents."""
    raw = bytearray(MIXED)
    for _ in range(data.draw(st.integers(1, 12))):
        position = data.draw(st.integers(0, len(raw) - 1))
        raw[position : position + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6))
    root = scan(bytes(raw)).root
    assert (root.header_offset, root.offset + root.length) == (0, len(raw))
    for parent in walk(root):
        assert parent.size == len(decoded(bytes(raw), parent)) or parent.children
        assert 0 <= parent.header_offset <= parent.offset <= parent.offset + parent.length <= len(raw)
        position = parent.offset
        for child in parent.children:
            assert position <= child.header_offset
            position = child.offset + child.length
            assert position <= parent.offset + parent.length
