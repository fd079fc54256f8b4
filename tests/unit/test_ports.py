"""Which sockets a configuration opens, how they are protected, and what is refused before one is bound."""

import logging
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from mailcatch.config import (
    Bind,
    Config,
    HttpSection,
    ImapSection,
    Pop3Section,
    ProcessSection,
    SmtpSection,
    TlsSection,
)
from mailcatch.errors import ConfigError
from mailcatch.ports import Ports, hosts_of, open_ports, told

FREE = (Bind("127.0.0.1", 0),)
ALL = Config(
    smtp=SmtpSection(listen=FREE, starttls=FREE, implicit=FREE),
    http=HttpSection(listen=FREE),
    pop3=Pop3Section(listen=FREE, implicit=FREE),
    imap=ImapSection(listen=FREE, implicit=FREE),
)


def protections(config: Config) -> dict[str, list[str]]:
    """Open, look and close; give each door's protections."""
    ports = open_ports(config)
    try:
        return {door: [each.tls for each in told(getattr(ports, door))] for door in ("smtp", "http", "pop3", "imap")}
    finally:
        ports.close()


def test_without_tls_no_port_has_it():
    """1025 is never upgraded: clients that are offered STARTTLS insist on a certificate they trust."""
    assert protections(ALL) == {"smtp": ["none"], "http": ["none"], "pop3": ["none"], "imap": ["none"]}


def test_with_tls_each_door_has_its_ports():
    """SMTP's usual port stays plain; POP3's and IMAP's offer the upgrade."""
    assert protections(replace(ALL, tls=TlsSection(enabled=True))) == {
        "smtp": ["none", "starttls", "implicit"],
        "http": ["none"],
        "pop3": ["starttls", "implicit"],
        "imap": ["starttls", "implicit"],
    }


def test_a_port_can_be_off():
    """Each of them alone."""
    some = replace(ALL, tls=TlsSection(enabled=True), smtp=replace(ALL.smtp, listen=(), implicit=()))
    assert protections(some)["smtp"] == ["starttls"]


@pytest.mark.parametrize("option", ["--smtp-starttls", "--smtps", "--pop3s", "--imaps"])
def test_a_taken_port_is_said_and_nothing_stays_open(option: str):
    """By the name of the option that named it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bad = (Bind("127.0.0.1", taken.getsockname()[1]),)
        door, field = {
            "--smtp-starttls": ("smtp", "starttls"),
            "--smtps": ("smtp", "implicit"),
            "--pop3s": ("pop3", "implicit"),
            "--imaps": ("imap", "implicit"),
        }[option]
        free = socket.create_server(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        config = replace(ALL, tls=TlsSection(enabled=True), http=HttpSection(listen=(Bind("127.0.0.1", port),)))
        config = replace(config, **{door: replace(getattr(config, door), **{field: bad})})
        with pytest.raises(ConfigError, match=f"^{option}: 127.0.0.1:{bad[0].port} is taken"):
            open_ports(config)
        socket.create_server(("127.0.0.1", port)).close()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            Config(smtp=SmtpSection(listen=()), http=HttpSection(listen=()),
                   pop3=Pop3Section(listen=()), imap=ImapSection(listen=())),
            "there is nothing to serve",
        ),
        (replace(ALL, tls=TlsSection(cert=Path("/c"))), "--tls-cert does nothing without --tls: add --tls"),
        (replace(ALL, tls=TlsSection(True, key=Path("/k"))), "--tls-key goes with --tls-cert"),
        (replace(ALL, smtp=replace(ALL.smtp, require_tls=True)), "--smtp-require-tls does nothing without --tls"),
    ],
    ids=["nothing", "cert", "key", "require"],
)  # fmt: skip
def test_options_that_cannot_be_meant_so_are_refused(config: Config, said: str):
    """Rather than to be ignored: whoever asks for TLS must not get none."""
    with pytest.raises(ConfigError, match=said):
        open_ports(config)


def test_ports_of_tls_without_tls_are_warned_of(caplog: pytest.LogCaptureFixture):
    """A compose file may name them for good and switch --tls alone."""
    with caplog.at_level(logging.WARNING):
        open_ports(ALL).close()
    said = [record.getMessage() for record in caplog.records]
    assert said == [
        f"{name} does nothing without --tls" for name in ("--smtp-starttls", "--smtps", "--pop3s", "--imaps")
    ]


def test_the_names_of_the_certificate():
    """Where we listen by name, and what the web answers to; `any` and `localhost` are no names of ours."""
    config = Config(
        process=ProcessSection(host="any"),
        smtp=SmtpSection(implicit=(Bind("10.0.0.1", 0),)),
        imap=ImapSection(listen=(Bind("localhost", 0), Bind("mail.test", 0))),
        http=HttpSection(allow_hosts=(".shop.test",)),
    )
    assert hosts_of(config) == ("10.0.0.1", "mail.test", ".shop.test")
    assert hosts_of(Config()) == ()


def test_closing_twice_is_no_error():
    """A door closes its sockets itself."""
    ports = open_ports(ALL)
    ports.close()
    ports.close()
    Ports().close()
