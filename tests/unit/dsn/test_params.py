"""What a sender may ask for, read by RFC 3461 and RFC 6533."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.dsn.params import (
    BadParameter,
    Original,
    check_mail,
    check_rcpt,
    decode_xtext,
    encode_xtext,
    read_envid,
    read_notify,
    read_orcpt,
    read_ret,
    wants,
)

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126))


@pytest.mark.parametrize(
    ("read", "value", "meaning"),
    [
        (read_ret, "hdrs", "HDRS"),
        (read_ret, "FULL", "FULL"),
        (read_envid, "QQ314159", "QQ314159"),
        (read_envid, "a+2Bb+20c", "a+b c"),
        (read_notify, "NEVER", frozenset()),
        (read_notify, "success,FAILURE", frozenset({"SUCCESS", "FAILURE"})),
        (read_notify, "DELAY", frozenset({"DELAY"})),
        (read_orcpt, "rfc822;bob+2Btag@x.example", Original("rfc822", "bob+tag@x.example")),
        (read_orcpt, "RFC822;bob@x.example", Original("rfc822", "bob@x.example")),
        (read_orcpt, "x400;/c=de/".replace("=", "+3D"), Original("x400", "/c=de/")),
        (read_orcpt, "utf-8;j\\x{FC}rgen@x.example", Original("utf-8", "jürgen@x.example")),
        (read_orcpt, "UTF-8;jürgen@x.example", Original("utf-8", "jürgen@x.example")),
        (read_orcpt, "utf-8;bob\\x{2B}t@x.example", Original("utf-8", "bob+t@x.example")),
    ],
)
def test_what_they_mean(read, value: str, meaning: object):
    """Decoded, whatever the case."""
    assert read(value) == meaning


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (read_ret, ""),
        (read_ret, "BODY"),
        (read_envid, ""),
        (read_envid, "x" * 101),
        (read_envid, "a+b"),
        (read_envid, "a+2b"),  # hexadecimal digits are capitals
        (read_envid, "a b"),
        (read_envid, "a+0A"),
        (read_envid, "a+FF"),
        (read_notify, ""),
        (read_notify, "NEVER,SUCCESS"),
        (read_notify, "SUCCESS,SUCCESS"),
        (read_notify, "SUCCESS,"),
        (read_notify, "SOMETIMES"),
        (read_orcpt, "bob@x.example"),
        (read_orcpt, "rfc822;"),
        (read_orcpt, ";bob@x.example"),
        (read_orcpt, "rfc 822;bob"),
        (read_orcpt, "rfc822;bob+x@x.example"),
        (read_orcpt, "rfc822;" + "x" * 500),
        (read_orcpt, "rfc822;b+0Ab"),
        (read_orcpt, "utf-8;bob\\x@x.example"),
        (read_orcpt, "utf-8;\\x{D800}"),
        (read_orcpt, "utf-8;\\x{0A}"),
        (read_orcpt, "utf-8;\\x{110000}"),
    ],
)
def test_what_is_refused(read, value: str):
    """And the text says what would be right."""
    with pytest.raises(BadParameter, match=" "):
        read(value)


def test_commands_are_judged_whole():
    """Each parameter that is there counts, others are not looked at."""
    check_mail({"SIZE": "x"})
    check_rcpt({})
    for check, params in (
        (check_mail, {"RET": "x"}),
        (check_mail, {"ENVID": ""}),
        (check_rcpt, {"NOTIFY": ""}),
        (check_rcpt, {"ORCPT": ""}),
    ):
        with pytest.raises(BadParameter):
            check(params)


@pytest.mark.parametrize(
    ("condition", "notify", "wanted"),
    [
        ("FAILURE", None, True),
        ("DELAY", None, True),
        ("SUCCESS", None, False),
        ("FAILURE", "NEVER", False),
        ("SUCCESS", "SUCCESS", True),
        ("FAILURE", "SUCCESS,DELAY", False),
        ("FAILURE", "nonsense", True),
    ],
)
def test_what_is_wanted(condition, notify: str | None, wanted: bool):
    """Failures and delays, unless something else is said (RFC 3461 §4.1)."""
    assert wants(condition, notify) == wanted


@given(PRINTABLE)
def test_xtext_there_and_back(text: str):
    """All of printable ASCII comes back."""
    assert decode_xtext(encode_xtext(text)) == text


@given(st.text(max_size=60))
def test_anything_is_read_or_refused(value: str):
    """Nothing but BadParameter comes out."""
    for read in (read_ret, read_envid, read_notify, read_orcpt, decode_xtext):
        try:
            read(value)
        except BadParameter:
            continue
