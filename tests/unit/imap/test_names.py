"""Names of mailboxes: modified UTF-7 both ways, raw UTF-8, INBOX."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.imap.names import decode_name, encode_name, is_encoded

PAIRS = [
    (b"Sent", "Sent"),
    (b"~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),  # RFC 3501 §5.1.3
    (b"R&AOk-sum&AOk-", "Résumé"),
    (b"A&-B", "A&B"),
    (b"&AOk-&-", "é&"),
    (b"&-&AOk-", "&é"),
    (b"&2D3cqQ-", "💩"),
    (b"&AAk-", "\t"),
]


@pytest.mark.parametrize(("octets", "name"), PAIRS)
def test_names_go_both_ways(octets: bytes, name: str):
    """`&` is written `&-`, also beside what is not ASCII."""
    assert decode_name(octets) == name
    assert encode_name(name) == octets


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        ("Entwürfe".encode(), "Entwürfe"),
        (b"inBoX", "INBOX"),
        (b"inbox/x", "inbox/x"),
        (b"a&b", "a&b"),
        (b"&AOk", "&AOk"),
        (b"&A-", "&A-"),
        (b"&2D0-", "&2D0-"),
        (b"caf\xe9", "caf\ufffd"),
    ],
)
def test_what_is_no_utf7_is_itself(octets: bytes, name: str):
    """Raw UTF-8 as many clients send it; broken shifts stand for themselves; INBOX in any case."""
    assert decode_name(octets) == name


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_every_name_comes_back(name: str):
    """What is encoded is ASCII without control characters, and decodes to the same name."""
    octets = encode_name(name)
    assert all(0x20 <= octet < 0x7F for octet in octets)
    assert decode_name(octets) == ("INBOX" if name.upper() == "INBOX" else name)


@pytest.mark.parametrize(
    ("octets", "encoded"),
    [
        (b"plain", True),
        (b"inbox", True),
        (b"R&AOk-sum&AOk-", True),
        (b"A&-B", True),
        ("Köln & Bonn".encode(), True),
        (b"bad&name", False),
        (b"&AOk", False),
        (b"&AGE-", False),
        (b"&A-", False),
    ],
)
def test_what_can_be_meant_one_way_only(octets: bytes, encoded: bool):
    """Modified UTF-7 has one form for each name: ASCII is never shifted, every shift ends."""
    assert is_encoded(octets) is encoded


@given(st.binary())
def test_no_octets_raise(octets: bytes):
    """Whatever a client calls its folder."""
    decode_name(octets)
