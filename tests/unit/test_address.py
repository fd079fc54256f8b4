"""mailcatch.address: paths, parameters, and the key by which addresses are compared."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailcatch.address import BadPath, Key, a_label, is_clean, key_of, split_parameters, split_path

NASTY = st.text(st.sampled_from('<>@",:.[] \\ab=\0éß\ud800'), max_size=24)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("<bob@x.test>", ("bob@x.test", "")),
        (" <bob@x.test> ", ("bob@x.test", "")),
        ("<>", ("", "")),
        ("< >", ("", "")),
        ("<> SIZE=1", ("", "SIZE=1")),
        ("<bob@x.test> SIZE=1 BODY=8BITMIME", ("bob@x.test", "SIZE=1 BODY=8BITMIME")),
        ("bob@x.test SIZE=1", ("bob@x.test", "SIZE=1")),
        ("<Postmaster>", ("Postmaster", "")),
        ("<@a.test:bob@x.test>", ("bob@x.test", "")),
        ("<@a.test,@b.test:bob@x.test>", ("bob@x.test", "")),
        ("<@[IPv6:2001:db8::1],@[10.0.0.1]:bob@x.test>", ("bob@x.test", "")),
        ('<@a.test:"x:y"@x.test>', ('"x:y"@x.test', "")),
        ("<@a.test>", ("@a.test", "")),
        ('<"a b"@x.test>', ('"a b"@x.test', "")),
        ('<"a>b"@x.test> SIZE=1', ('"a>b"@x.test', "SIZE=1")),
        ('<"a\\">b"@x.test>', ('"a\\">b"@x.test', "")),
        ('"a b"@x.test SIZE=1', ('"a b"@x.test', "SIZE=1")),
        ('<"never closed@x.test>', ('"never closed@x.test', "")),
        ("<bob@[127.0.0.1]>", ("bob@[127.0.0.1]", "")),
        ("<bob@[IPv6:::1]>", ("bob@[IPv6:::1]", "")),
        ("<jürgen@münchen.test> SMTPUTF8", ("jürgen@münchen.test", "SMTPUTF8")),
        ("<not an address>", ("not an address", "")),
        ("<a@b@c>", ("a@b@c", "")),
        ("Bob <bob@x.test>", ("Bob", "<bob@x.test>")),  # the rest is no parameter: refused there
    ],
)
def test_paths(text: str, path: tuple[str, str]) -> None:
    """A path ends where its bracket closes; the address is kept as it was said, without its source route."""
    assert split_path(text) == path


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not in angle brackets"),
        ("bob@x.test>", "not in angle brackets"),
        ("<bob@x.test", "not closed"),
        ("<bob@x.test>SIZE=1", "blank must follow"),
        ("<<bob@x.test>>", "blank must follow"),
    ],
)
def test_what_is_no_path(text: str, why: str) -> None:
    """Where it is not clear where the address ends, it is refused with a reason."""
    with pytest.raises(BadPath, match=why):
        split_path(text)


@settings(deadline=None)  # a busy machine is no mistake
@given(NASTY)
def test_a_path_is_read_or_refused(text: str) -> None:
    """Whatever stands there, it is a path or BadPath; nothing is made up."""
    try:
        address, rest = split_path(text)
    except BadPath:
        return
    assert address in text
    assert rest in text


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("", ()),
        ("SIZE=100", (("SIZE", "100"),)),
        ("size=100  Body=8BITMIME SMTPUTF8", (("SIZE", "100"), ("BODY", "8BITMIME"), ("SMTPUTF8", None))),
        ("X-A=", (("X-A", ""),)),
        ("ORCPT=rfc822;a+3Db@x ENVID=é", (("ORCPT", "rfc822;a+3Db@x"), ("ENVID", "é"))),
    ],
)
def test_parameters(text: str, parameters: tuple[tuple[str, str | None], ...]) -> None:
    """Keywords come in capitals; no value and an empty value differ."""
    assert split_parameters(text) == parameters


@pytest.mark.parametrize("text", ["=1", "-A=1", "A=b=c", "A_B=1", "A=\x01", "é=1", "<bob@x.test>"])
def test_what_is_no_parameter(text: str) -> None:
    """A keyword is letters, digits and dashes; a value holds no `=`, blank or control character."""
    with pytest.raises(BadPath):
        split_parameters(text)


@pytest.mark.parametrize(
    ("address", "key", "domain"),
    [
        ("Bob@X.Test", "bob@x.test", "x.test"),
        (" bob@x.test. ", "bob@x.test", "x.test"),
        ("bob@münchen.test", "bob@xn--mnchen-3ya.test", "xn--mnchen-3ya.test"),
        ("bob@MU\u0308NCHEN.test", "bob@xn--mnchen-3ya.test", "xn--mnchen-3ya.test"),
        ("bob@XN--MNCHEN-3YA.test", "bob@xn--mnchen-3ya.test", "xn--mnchen-3ya.test"),
        ("bob@münchen\u3002test", "bob@xn--mnchen-3ya.test", "xn--mnchen-3ya.test"),
        ("bob@😀.test", "bob@xn--e28h.test", "xn--e28h.test"),
        ("JU\u0308RGEN@x.test", "jürgen@x.test", "x.test"),
        ("straße@x.test", "strasse@x.test", "x.test"),
        ('"bob"@x.test', "bob@x.test", "x.test"),
        ('"b\\ob"@x.test', "bob@x.test", "x.test"),
        ('"a b"@x.test', '"a b"@x.test', "x.test"),
        ('"a\\ b"@x.test', '"a b"@x.test', "x.test"),
        ('"a@b"@x.test', '"a@b"@x.test', "x.test"),
        ('"a\\"b"@x.test', '"a\\"b"@x.test', "x.test"),
        ('""@x.test', '""@x.test', "x.test"),
        ("bob@[IPv6:2001:DB8::1]", "bob@[ipv6:2001:db8::1]", "[ipv6:2001:db8::1]"),
        ("Root", "root", ""),
        ("bob@", "bob@", ""),
        ("@x.test", "@x.test", "x.test"),
        ("", "", ""),
        ("b\0b\ud800@x.test", "b\ufffdb\ufffd@x.test", "x.test"),
    ],
)
def test_keys(address: str, key: str, domain: str) -> None:
    """The spellings of one mailbox share a key; other mailboxes do not."""
    assert key_of(address) == Key(key, domain)


@settings(deadline=None)  # a busy machine is no mistake
@given(st.text(max_size=40) | NASTY)
def test_any_text_has_a_key_that_can_be_stored(address: str) -> None:
    """A key never raises, and fits UTF-8 and SQLite's functions on text."""
    key = key_of(address)
    key.key.encode()
    assert "\0" not in key.key
    assert key.key.endswith(key.domain)


@pytest.mark.parametrize(
    "address",
    ["ü" * 500_000 + "@x.test", "bob@" + "ü" * 500_000, '"' + "\\" * 500_001, '"' + "a\\" * 200_000, "@" * 500_000],
    ids=["local", "domain", "backslashes", "quoted", "ats"],
)
def test_a_huge_address_takes_no_time(address: str) -> None:
    """A hostile header costs its length, not the square of it."""
    started = time.perf_counter()
    key_of(address)
    with pytest.raises(BadPath):
        split_path(f"<{address}")
    assert time.perf_counter() - started < 1


def test_an_a_label_is_left_as_it_is() -> None:
    """What is ASCII already is only lower-cased."""
    assert a_label("Shop.X.test") == "shop.x.test"


@pytest.mark.parametrize(
    ("address", "clean"),
    [("bob@x.test", True), ("é@x", True), ("a\tb", False), ("a\x85", False), ("\ud800", False)],
)
def test_clean_addresses(address: str, clean: bool) -> None:
    """Control characters and what is no character are found."""
    assert is_clean(address) is clean
