"""Address fields, as they should be and as they are."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.addresses import MOST_ADDRESSES, addresses_of


def pairs(raw: bytes) -> list[tuple[str, str]]:
    return [(each.name, each.address) for each in addresses_of([raw])]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b" a@b.test", [("", "a@b.test")]),
        (b" Bob <bob@x.test>", [("Bob", "bob@x.test")]),
        (b" bob <bob@x.test >\r\n", [("bob", "bob@x.test")]),
        (b'"Smith, Bob" <bob@x.test>, eve@x.test', [("Smith, Bob", "bob@x.test"), ("", "eve@x.test")]),
        (b'"A \\"B\\" C" <a@x.test>', [('A "B" C', "a@x.test")]),
        (b"=?utf-8?q?J=C3=BCrg?= <j@x.test>", [("Jürg", "j@x.test")]),
        (b'"=?utf-8?q?J=C3=BCrg?=" <j@x.test>', [("Jürg", "j@x.test")]),
        ("Jürg <jürg@bücher.test>".encode(), [("Jürg", "jürg@bücher.test")]),
        (b"friends: a@x.test, b@x.test; c@x.test", [("", "a@x.test"), ("", "b@x.test"), ("", "c@x.test")]),
        (b"undisclosed-recipients:;", []),
        (b"bob@x.test (Bob)", [("Bob", "bob@x.test")]),
        (b"Bob <bob@x.test> (at (nested) home)", [("Bob (at (nested) home)", "bob@x.test")]),
        (b"(only, a comment) bob@x.test, eve@x.test", [("only, a comment", "bob@x.test"), ("", "eve@x.test")]),
        (b'bob@x.test (5" disk), eve@x.test (6" disk)', [('5" disk', "bob@x.test"), ('6" disk', "eve@x.test")]),
        (b'"john doe"@x.test', [("", '"john doe"@x.test')]),
        (b'X <"john, doe"@x.test>', [("X", '"john, doe"@x.test')]),
        (b"bob @ x . test", [("", "bob@x.test")]),
        (b"Bob bob@x.test", [("Bob", "bob@x.test")]),
        (b"Bob <@a.test,@b.test:bob@x.test>", [("Bob", "bob@x.test")]),
        (b"user@[IPv6:2001:db8::1]", [("", "user@[IPv6:2001:db8::1]")]),
        (b"Bob <bob@x.test, eve@x.test", [("Bob", "bob@x.test"), ("", "eve@x.test")]),
        (b"<>", [("", "")]),
        (b"Bob", [("", "Bob")]),
        (b", ,a@x.test,", [("", "a@x.test")]),
        (b"", []),
        (b" \r\n", []),
    ],
)
def test_addresses(raw: bytes, expected: list[tuple[str, str]]):
    """Names, groups, comments and routes of RFC 5322 §3.4 and §4.4; what is broken gives what it holds."""
    assert pairs(raw) == expected


def test_several_fields_are_one_list():
    """In the order of the fields."""
    assert [each.address for each in addresses_of([b"a@x.test", b"b@x.test, c@x.test"])] == [
        "a@x.test",
        "b@x.test",
        "c@x.test",
    ]


def test_there_is_a_most():
    """A field of a hundred thousand mailboxes gives the first ones."""
    assert len(addresses_of([b"a@x.test," * 10_000, b"a@x.test"])) == MOST_ADDRESSES


@pytest.mark.parametrize(
    "piece",
    [b"(", b'"', b"<", b"a@", b" ", b"\\", b":", b">", b"a ", b'<"', b"(\\", b"=?utf-8?q?", b"<@a:"],
)
@pytest.mark.parametrize("before", [b"", b"a", b"a <"])
def test_crafted_fields_are_linear(before: bytes, piece: bytes):
    """A quarter of a megabyte of each: a generous bound, on the processor's clock."""
    started = time.process_time()
    addresses_of([before + piece * (250_000 // len(piece)) + b" x"])
    assert time.process_time() - started < 2


@given(st.text(alphabet='a@<>(),;:"\\. =?é', max_size=60).map(str.encode) | st.binary(max_size=60))
def test_nothing_raises(data: bytes):
    """Whatever the bytes, there are addresses, and their text can be encoded."""
    for name, address in pairs(data):
        (name + address).encode()
