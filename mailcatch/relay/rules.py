"""From the configuration to the relay's own values: who may be sent to, and how an attempt goes about it."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, cast

from mailcatch.errors import ConfigError
from mailcatch.model import Listener
from mailcatch.relay.domains import BadDomain, ascii_domain
from mailcatch.relay.policy import BadRule, Policy, Rule, read_rule
from mailcatch.relay_section import RelaySection

if TYPE_CHECKING:
    from mailcatch.relay.protocol import Credentials, Level
    from mailcatch.relay.settings import Settings, SmartHost

_LONGEST_PASSWORD = 4096


def policy_of(section: RelaySection, local_domains: Iterable[str] = ()) -> Policy:
    """Return who may be sent to. Raises ConfigError for a rule that is none."""
    return Policy(
        section.enabled,
        _rules("allow", section.allow),
        _rules("deny", section.deny),
        section.redirect_to,
        frozenset(local_domains),
    )


def _rules(name: str, texts: Iterable[str]) -> tuple[Rule, ...]:
    try:
        return tuple([read_rule(text) for text in texts])
    except BadRule as error:
        raise ConfigError(f"--relay-{name}: {error}") from error


def helo_of(section: RelaySection) -> str:
    """Return the name that we give to other servers."""
    return section.helo or socket.gethostname()


def settings_of(section: RelaySection, policy: Policy, listeners: Iterable[Listener]) -> Settings:
    """Return how attempts are made; only asked for where the relay is on, for it needs what asks the DNS.

    `listeners` are all of ours: none of them is ever connected to. Raises ConfigError.
    """
    from mailcatch.relay.guard import Guard
    from mailcatch.relay.lookup import Own
    from mailcatch.relay.resolver import Servers
    from mailcatch.relay.settings import DEV, REAL, Settings

    own = tuple([(each.host, each.port) for each in listeners])
    helo = helo_of(section)
    smart = section.via == "smarthost"
    return Settings(
        helo=helo,
        policy=policy,
        guard=Guard(tuple([ip_network(each) for each in section.allow_networks]), own),
        own=Own(_names(helo), _addresses(own, section.mx_port)),
        servers=Servers(section.dns_servers, section.dns_port),
        timeouts=REAL if section.profile == "real" else DEV,
        level=cast("Level", section.smarthost_tls if smart else section.tls_level),
        ca_file=None if section.tls_ca_file is None else str(section.tls_ca_file),
        mx_port=section.mx_port,
        smart_host=_smart_host(section) if smart else None,
        bind=section.bind,
    )


def _names(helo: str) -> frozenset[str]:
    try:
        return frozenset({ascii_domain(helo)})
    except BadDomain:
        return frozenset()


def _addresses(own: Iterable[tuple[str, int]], mx_port: int) -> frozenset[str]:
    """Return the addresses on which we are an MX ourselves: those that other servers would connect to."""
    return frozenset({str(ip_address(host)) for host, port in own if port in {25, mx_port}} - {"0.0.0.0", "::"})  # noqa: S104


def _smart_host(section: RelaySection) -> SmartHost:
    from mailcatch.relay.settings import SmartHost

    if section.smarthost_host is None:
        raise ConfigError("--relay-via smarthost needs --relay-smarthost-host: the server that takes everything")
    return SmartHost(section.smarthost_host, section.smarthost_port, _credentials(section))


def _credentials(section: RelaySection) -> Credentials | None:
    from mailcatch.relay.protocol import Credentials

    if section.smarthost_user is None:
        return None
    password = section.smarthost_password
    if section.smarthost_password_file is not None:
        password = _password(section.smarthost_password_file)
    if password is None:
        raise ConfigError(
            "--relay-smarthost-user needs a password: --relay-smarthost-password-file, or"
            " MAILCATCH_RELAY_SMARTHOST_PASSWORD in the environment"
        )
    return Credentials(section.smarthost_user, password, over_any_line=section.smarthost_tls != "verify")


def _password(path: Path) -> str:
    try:
        with path.open("rb") as file:
            line = file.readline(_LONGEST_PASSWORD).rstrip(b"\r\n").decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--relay-smarthost-password-file: {path} cannot be read: {error}") from error
    if not line:
        raise ConfigError(f"--relay-smarthost-password-file: the first line of {path} is empty")
    return line
