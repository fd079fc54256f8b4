"""From the configuration to the relay's values."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailcatch.errors import ConfigError
from mailcatch.model import Listener
from mailcatch.relay.rules import helo_of, policy_of, settings_of
from mailcatch.relay.settings import DEV, REAL
from mailcatch.relay_section import RelaySection

ON = RelaySection(enabled=True, allow=("@far.test",), helo="us.test")


def test_the_policy():
    """Rules are read, and local domains stay local."""
    policy = policy_of(ON, {"home.test"})
    assert [policy.decide(each).way for each in ("a@far.test", "a@home.test", "a@other.test")] == [
        "relay", "local", "blocked"
    ]  # fmt: skip
    assert policy_of(RelaySection(allow=("@far.test",))).decide("a@far.test").way == "none"


def test_a_rule_that_is_none():
    """It is named with its option."""
    with pytest.raises(ConfigError, match="--relay-deny"):
        policy_of(RelaySection(deny=("@bad..domain",)))


def test_settings():
    """Names, networks, ports, patience and our own listeners."""
    section = RelaySection(
        enabled=True, helo="us.test", allow_networks=("127.0.0.0/8",), mx_port=2525, profile="real",
        dns_servers=("192.0.2.53",), dns_port=5353, tls_level="encrypt", bind="127.0.0.1",
    )  # fmt: skip
    listeners = [Listener("127.0.0.9", 2525), Listener("127.0.0.1", 8025)]
    settings = settings_of(section, policy_of(section), listeners)
    assert (settings.helo, settings.mx_port, settings.level, settings.bind) == ("us.test", 2525, "encrypt", "127.0.0.1")
    assert (settings.servers.addresses, settings.servers.port) == (("192.0.2.53",), 5353)
    assert settings.timeouts is REAL
    assert settings.own.is_name("US.test.")
    assert settings.own.addresses == {"127.0.0.9"}
    assert settings.guard.refusal("127.0.0.1", 8025) == "our own listener"
    assert settings.guard.refusal("127.0.0.1", 2525) is None
    assert settings.smart_host is None
    assert settings_of(ON, policy_of(ON), ()).timeouts is DEV


def test_a_smart_host(tmp_path: Path):
    """Its password comes from a file's first line or the environment; the port is the configuration's."""
    file = tmp_path / "password"
    file.write_text("sesame\nsecond line\n")
    smart = RelaySection(enabled=True, via="smarthost", smarthost_host="smart.test", smarthost_user="me",
                         smarthost_password_file=file)  # fmt: skip
    host = settings_of(smart, policy_of(smart), ()).smart_host
    assert host is not None
    assert host.credentials is not None
    assert (host.host, host.port, host.credentials.user, host.credentials.password) == (
        "smart.test",
        587,
        "me",
        "sesame",
    )
    assert not host.credentials.over_any_line
    assert settings_of(smart, policy_of(smart), ()).level == "verify"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "--relay-smarthost-host"),
        ({"smarthost_host": "smart.test", "smarthost_user": "me"}, "needs a password"),
        ({"smarthost_host": "s.test", "smarthost_user": "me", "smarthost_password_file": Path("/nowhere")}, "/nowhere"),
    ],
)
def test_what_a_smart_host_lacks(values: dict[str, object], said: str):
    """Each mistake is a sentence."""
    section = RelaySection(enabled=True, via="smarthost", **values)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=said):
        settings_of(section, policy_of(section), ())


def test_an_empty_password_file(tmp_path: Path):
    """No password is none."""
    (tmp_path / "empty").write_text("\n")
    section = RelaySection(enabled=True, via="smarthost", smarthost_host="s.test", smarthost_user="me",
                           smarthost_password_file=tmp_path / "empty")  # fmt: skip
    with pytest.raises(ConfigError, match="empty"):
        settings_of(section, policy_of(section), ())


def test_our_name():
    """The configured one, else the host's."""
    assert helo_of(ON) == "us.test"
    assert helo_of(RelaySection())
