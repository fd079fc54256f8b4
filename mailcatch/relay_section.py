"""The relay's configuration: `[relay]` and the tables below it. Nothing of it is on until somebody says so.

A field's key in the file, in dots, gives all its spellings: `dns.servers` is `[relay.dns] servers`,
`--relay-dns-servers` and `MAILCATCH_RELAY_DNS_SERVERS`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailcatch.kinds import (
    COUNT,
    FILE,
    FLAG,
    IP,
    IPS,
    MAILBOX,
    NETWORKS,
    PORT,
    RULES,
    SERVER,
    TEXT,
    Kind,
    one_of,
)
from mailcatch.option import Spelling, option

MODE = one_of("manual", "auto")
VIA = one_of("mx", "smarthost")
PROFILE = one_of("dev", "real")
TLS_LEVEL = one_of("none", "may", "encrypt", "verify")


def _relay(
    key: str, kind: Kind, help: str, *, fallback: str | None = None, spelling: Spelling = "all", secret: bool = False
) -> dict[str, Any]:
    parts = ("relay", *key.split("."))
    name = "relay" if key == "enabled" else "-".join(parts).replace("_", "-")
    return option(kind, help, name=name, fallback=fallback, table=parts, spelling=spelling, secret=secret)


@dataclass(frozen=True, slots=True)
class RelaySection:
    """Whether mail may leave the machine, to whom, and by which way."""

    enabled: bool = field(
        default=False, metadata=_relay("enabled", FLAG, "let mail leave, to those whom --relay-allow names")
    )
    mode: str = field(
        default="manual",
        metadata=_relay("mode", MODE, "manual: what somebody releases; auto: also every accepted recipient allowed"),
    )
    via: str = field(
        default="mx", metadata=_relay("via", VIA, "mx: to the hosts that DNS names; smarthost: all to one server")
    )
    allow: tuple[str, ...] = field(
        default=(),
        metadata=_relay("allow", RULES, "who may get mail: an address, @domain, or *.domain; nobody else does"),
    )
    deny: tuple[str, ...] = field(
        default=(), metadata=_relay("deny", RULES, "who may not, whatever --relay-allow says; spelt the same way")
    )
    redirect_to: str | None = field(
        default=None,
        metadata=_relay("redirect_to", MAILBOX, "send all that would leave to this one address, if it is allowed"),
    )
    helo: str | None = field(
        default=None,
        metadata=_relay("helo", SERVER, "the name that we give to other servers", fallback="the host's own"),
    )
    bind: str | None = field(
        default=None, metadata=_relay("bind", IP, "the address to send from", fallback="the system's choice")
    )
    profile: str = field(
        default="dev",
        metadata=_relay("profile", PROFILE, "dev: tries again soon and gives up after 2 h; real: as a real server"),
    )
    allow_networks: tuple[str, ...] = field(
        default=(),
        metadata=_relay("allow_networks", NETWORKS, "a private network that may be connected to all the same"),
    )
    mx_port: int = field(
        default=25,
        metadata=_relay("mx_port", PORT, "another port than 25, within --relay-allow-networks only", spelling="file"),
    )
    dns_servers: tuple[str, ...] = field(
        default=(), metadata=_relay("dns.servers", IPS, "DNS servers to ask", fallback="the system's")
    )
    dns_port: int = field(default=53, metadata=_relay("dns.port", PORT, "their port"))
    tls_level: str = field(
        default="may",
        metadata=_relay("tls.level", TLS_LEVEL, "TLS to other servers: never, if offered, always, always verified"),
    )
    tls_ca_file: Path | None = field(
        default=None,
        metadata=_relay("tls.ca_file", FILE, "authorities that certificates are judged by", fallback="the system's"),
    )
    smarthost_host: str | None = field(
        default=None, metadata=_relay("smarthost.host", SERVER, "with --relay-via smarthost: the server")
    )
    smarthost_port: int = field(default=587, metadata=_relay("smarthost.port", PORT, "its port"))
    smarthost_tls: str = field(
        default="verify",
        metadata=_relay("smarthost.tls", TLS_LEVEL, "TLS to it; below verify the password goes over any line"),
    )
    smarthost_user: str | None = field(
        default=None, metadata=_relay("smarthost.user", TEXT, "the user to log in as", fallback="no login")
    )
    smarthost_password_file: Path | None = field(
        default=None, metadata=_relay("smarthost.password_file", FILE, "a file with the password in its first line")
    )
    smarthost_password: str | None = field(
        default=None,
        metadata=_relay("smarthost.password", TEXT, "the password itself", spelling="environment", secret=True),
    )
    limit_per_hour: int = field(
        default=20, metadata=_relay("limits.per_hour", COUNT, "messages an hour; what is beyond is held")
    )
    limit_per_day: int = field(
        default=200, metadata=_relay("limits.per_day", COUNT, "messages a day; what is beyond is held")
    )
    limit_rcpts: int = field(default=10, metadata=_relay("limits.rcpts", COUNT, "recipients of one message"))
    limit_hops: int = field(
        default=50, metadata=_relay("limits.hops", COUNT, "Received fields that mean a loop (5.4.6)")
    )
