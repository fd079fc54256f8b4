"""The sockets that a configuration opens: all of them are bound before anything else is done, or none."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailcatch.config import Bind, Config, Option, options_of
from mailcatch.errors import ConfigError
from mailcatch.listen import Bound, bind
from mailcatch.model import Listener, Protection

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ports:
    """What is listened on, door by door."""

    smtp: tuple[Bound, ...] = ()
    http: tuple[Bound, ...] = ()
    pop3: tuple[Bound, ...] = ()
    imap: tuple[Bound, ...] = ()

    def close(self) -> None:
        """Close every socket; a door may have closed its own already."""
        for each in (*self.smtp, *self.http, *self.pop3, *self.imap):
            each.socket.close()


def told(bound: Sequence[Bound]) -> tuple[Listener, ...]:
    """Return listeners with their real ports."""
    return tuple(each.listener for each in bound)


def open_ports(config: Config) -> Ports:
    """Bind what `config` names. Raises ConfigError, which names the option; then nothing is left open."""
    _refuse_unserved(config)
    host, tls = config.process.host, config.tls.enabled
    smtp, pop3, imap, opened = config.smtp, config.pop3, config.imap, list[Bound]()

    def listening(binds: Sequence[Bind], option: str, protection: Protection = "none") -> tuple[Bound, ...]:
        bound = tuple(Bound(each, protection) for each in bind(binds, host, option))
        opened.extend(bound)
        return bound

    upgrade: Protection = "starttls" if tls else "none"
    try:
        ports = Ports(
            smtp=listening(smtp.listen, "--smtp"),
            http=listening(config.http.listen, "--http"),
            pop3=listening(pop3.listen, "--pop3", upgrade),
            imap=listening(imap.listen, "--imap", upgrade),
        )
        if not tls:
            return ports
        return Ports(
            smtp=(
                *ports.smtp,
                *listening(smtp.starttls, "--smtp-starttls", "starttls"),
                *listening(smtp.implicit, "--smtps", "implicit"),
            ),
            http=ports.http,
            pop3=(*ports.pop3, *listening(pop3.implicit, "--pop3s", "implicit")),
            imap=(*ports.imap, *listening(imap.implicit, "--imaps", "implicit")),
        )
    except BaseException:
        Ports(smtp=tuple(opened)).close()
        raise


def hosts_of(config: Config) -> tuple[str, ...]:
    """Return the names under which a client may reach us, as far as the configuration tells them."""
    binds = (*config.smtp.starttls, *config.smtp.implicit, *config.pop3.listen, *config.pop3.implicit)
    binds = (*binds, *config.imap.listen, *config.imap.implicit)
    hosts = dict.fromkeys([config.process.host, *(each.host for each in binds if each.host is not None)])
    return (*(each for each in hosts if each not in {"any", "localhost"}), *config.http.allow_hosts)


def _refuse_unserved(config: Config) -> None:
    """Refuse a configuration that opens nothing, and options of TLS without TLS: they would silently do nothing."""
    if not (config.smtp.listen or config.http.listen or config.pop3.listen or config.imap.listen or config.tls.enabled):
        raise ConfigError("--smtp, --http, --pop3 and --imap are off: there is nothing to serve")
    if config.tls.key is not None and config.tls.cert is None:
        raise ConfigError("--tls-key goes with --tls-cert: name the certificate, too")
    if config.tls.enabled:
        return
    if config.tls.cert is not None:
        raise ConfigError("--tls-cert does nothing without --tls: add --tls, or leave it out")
    if config.smtp.require_tls:
        raise ConfigError("--smtp-require-tls does nothing without --tls: add --tls, or leave it out")
    for option in _idle_listeners(config):
        log.warning("%s does nothing without --tls", option.flag)


def _idle_listeners(config: Config) -> Iterator[Option]:
    """Yield the options of listeners that were set and are opened with --tls only."""
    for section in (config.smtp, config.pop3, config.imap):
        for option in options_of(type(section)):
            if option.field in {"starttls", "implicit"} and getattr(section, option.field) not in {(), option.default}:
                yield option
