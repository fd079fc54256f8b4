"""A domain as DNS is asked for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.relay.domains import BadDomain, address_in, ascii_domain


@pytest.mark.parametrize(
    ("domain", "ascii_"),
    [
        ("X.Example.", "x.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("_dmarc.x.example", "_dmarc.x.example"),
        ("localhost", "localhost"),
        ("[192.0.2.1]", "[192.0.2.1]"),
        ("[ipv6:2001:DB8:0::1]", "[IPv6:2001:db8::1]"),
    ],
)
def test_domains_have_one_spelling(domain: str, ascii_: str):
    """UTS 46, not transitional: a sharp s stays one."""
    assert ascii_domain(domain) == ascii_


@pytest.mark.parametrize(
    "domain",
    [
        "",
        ".",
        "a..b",
        "-a.example",
        "a-.example",
        "a b.example",
        "a\r\nb.example",
        "1.2.3.4",
        "[1.2.3]",
        "[::1]",
        "[1.2.3.4",
        "a" * 64 + ".example",
        "a." * 130 + "example",
        "ex\u2028ample",
        "a@b.example",
        "xn--\u00fc.example",
        "*.example",
    ],
)
def test_what_dns_cannot_be_asked_for_is_refused(domain: str):
    """And nothing of it reaches a question or a command."""
    with pytest.raises(BadDomain):
        ascii_domain(domain)


def test_a_literal_names_its_address():
    """For which no question is needed."""
    assert (address_in("[192.0.2.1]"), address_in("[IPv6:2001:db8::1]")) == ("192.0.2.1", "2001:db8::1")
    assert address_in("x.example") is None


@given(st.text())
def test_whatever_passes_is_clean_ascii(domain: str):
    """So it may stand in a command of SMTP."""
    try:
        found = ascii_domain(domain)
    except BadDomain:
        return
    assert found.isascii()
    assert found.isprintable()
    assert " " not in found
    assert ascii_domain(found) == found
