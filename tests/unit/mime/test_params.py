"""Structured fields: a token and its parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.params import boundary_of, parse_params


@pytest.mark.parametrize(
    ("raw", "token", "params"),
    [
        (b' text/plain; charset="utf-8"', "text/plain", {"charset": "utf-8"}),
        (b" TEXT/HTML; Charset=x; charset=y", "text/html", {"charset": "x"}),
        (b" text/html charset=utf-8; x=y", "text/html", {"charset": "utf-8", "x": "y"}),
        (b" base64 (really)", "base64", {}),
        (b" text/plain (a=b); charset=x", "text/plain", {"charset": "x"}),
        (b" attachment; filename=my file (1).pdf", "attachment", {"filename": "my file (1).pdf"}),
        (b' a/b; name="x\\"y\\\\z"', "a/b", {"name": 'x"y\\z'}),
        (b' a/b; name="C:\\dir\\x.txt"', "a/b", {"name": "C:\\dir\\x.txt"}),
        (b' a/b; name="a;b"; x=y', "a/b", {"name": "a;b", "x": "y"}),
        (b' a/b; name="open', "a/b", {"name": "open"}),
        (b' a/b; name=""', "a/b", {"name": ""}),
        (" a/b; name=Größe".encode(), "a/b", {"name": "Größe"}),
        (b" ;;;", "", {}),
        (b"", "", {}),
        (None, "", {}),
    ],
)
def test_parameters(raw: bytes | None, token: str, params: dict[str, str]):
    """RFC 2045 §5.1 and what mail does instead; the first of two wins."""
    assert parse_params(raw) == (token, params)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b" a; name*=utf-8''na%C3%AFve.txt", "naïve.txt"),
        (b" a; name*=iso-8859-1'de'%FCber", "über"),
        (b" a; name*0*=utf-8''a%20; name*1=b; name*2*=%C3%BC", "a bü"),
        (b" a; name*1=b; name*0=a", "ab"),
        (b" a; name*0*=utf-8''%C3; name*1*=%BC", "ü"),
        (b" a; name=plain; name*=utf-8''extended", "extended"),
        (b" a; name*=no%20charset", "no charset"),
        (b" a; name*=nonsense''%FF", "ÿ"),
    ],
)
def test_extended_and_continued_values(raw: bytes, name: str):
    """RFC 2231 §3 and §4."""
    assert parse_params(raw).params["name"] == name


@pytest.mark.parametrize(
    ("raw", "boundary"),
    [
        (b' multipart/mixed; boundary="a b "', b"a b"),
        (b" multipart/mixed; boundary=a\xff", b"a\xff"),
        ("multipart/mixed; boundary=aß".encode(), "aß".encode()),
        (b" multipart/mixed; boundary*=us-ascii''a%3Db", b"a=b"),
        (b" multipart/mixed", b""),
    ],
)
def test_a_boundary_is_found_as_it_stands_in_the_body(raw: bytes, boundary: bytes):
    """Octet by octet, also where they are no text."""
    assert boundary_of(raw) == boundary


@given(st.binary(max_size=200).map(lambda data: b"a/b; x*0*=utf-7''" + data) | st.binary(max_size=300))
def test_nothing_raises(data: bytes):
    """Whatever the bytes, there are parameters, and their text can be encoded."""
    token, params = parse_params(data)
    token.encode()
    "".join([*params, *params.values()]).encode()
    boundary_of(data)
