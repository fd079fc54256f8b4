"""The relay's options: one field, four spellings, and a default that sends nothing."""

from __future__ import annotations

import pytest

from mailcatch.option import Option, options_of
from mailcatch.relay_section import RelaySection

OPTIONS = {each.in_file: each for each in options_of(RelaySection)}


def test_nothing_is_on_by_default():
    """Off, nobody is allowed, no private network, port 25."""
    section = RelaySection()
    assert (section.enabled, section.allow, section.allow_networks, section.mx_port) == (False, (), (), 25)
    assert (section.limit_per_hour, section.limit_per_day, section.limit_rcpts, section.limit_hops) == (20, 200, 10, 50)


@pytest.mark.parametrize(
    ("in_file", "flag", "variable"),
    [
        ("[relay] enabled", "--relay", "MAILCATCH_RELAY"),
        ("[relay] redirect_to", "--relay-redirect-to", "MAILCATCH_RELAY_REDIRECT_TO"),
        ("[relay.dns] servers", "--relay-dns-servers", "MAILCATCH_RELAY_DNS_SERVERS"),
        ("[relay.tls] ca_file", "--relay-tls-ca-file", "MAILCATCH_RELAY_TLS_CA_FILE"),
        (
            "[relay.smarthost] password_file",
            "--relay-smarthost-password-file",
            "MAILCATCH_RELAY_SMARTHOST_PASSWORD_FILE",
        ),
        ("[relay.limits] per_hour", "--relay-limits-per-hour", "MAILCATCH_RELAY_LIMITS_PER_HOUR"),
    ],
)
def test_spellings(in_file: str, flag: str, variable: str):
    """The key in the file gives the option and the variable."""
    option = OPTIONS[in_file]
    assert (option.flag, option.variable) == (flag, variable)


def test_what_is_not_spelt_everywhere():
    """Another port is the file's to say, a password in plain the environment's; it is never shown."""
    special = {each.name: each for each in OPTIONS.values() if each.spelling != "all"}
    assert {name: each.spelling for name, each in special.items()} == {
        "relay-mx-port": "file",
        "relay-smarthost-password": "environment",
    }
    password: Option = special["relay-smarthost-password"]
    assert (password.shown("secret"), password.shown(None)) == ("***", "")
