"""Configuration: frozen sections, one per door. Option, variable and TOML key are derived from their fields.

A field made with `option` has one value in four spellings: ``--max-messages``, ``MAILCATCH_MAX_MESSAGES``, the TOML key
``max-messages`` and a line of ``mailcatch config``. A field that two sections share is one option. A `Kind` reads
text as all four spell it and shows a value so that it can be read again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailcatch.kinds import (
    CATCH,
    COUNT,
    DATABASE,
    DOMAINS,
    DURATION,
    FILE,
    FLAG,
    FOLDER,
    FORMAT,
    HOST,
    HOSTS,
    LEVEL,
    LISTENERS,
    NUMBER,
    PATH,
    RATE,
    SIZE,
    USERS,
    WEBROOT,
    GiB,
    MiB,
    or_none,
)
from mailcatch.kinds import TEMPORARY as TEMPORARY  # handed on: who reads sections meets these two
from mailcatch.kinds import Bind as Bind
from mailcatch.option import Option as Option
from mailcatch.option import option
from mailcatch.option import options_of as options_of
from mailcatch.relay_section import RelaySection as RelaySection
from mailcatch.rules import CATCH_DOMAIN, Rules

NO_RULES = Rules()

_MESSAGE_SIZE = option(SIZE, "largest message taken; more is refused with 552 5.3.4")


@dataclass(frozen=True, slots=True)
class ProcessSection:
    """The process: where it listens by default, what it says, and where."""

    host: str = field(
        default="localhost", metadata=option(HOST, "address of every listener that names none; any = all addresses")
    )
    ready_file: Path | None = field(
        default=None, metadata=option(PATH, "write the ready object to this file; removed at exit")
    )
    json: bool = field(default=False, metadata=option(FLAG, "one machine-readable ready line"))
    open: bool = field(default=False, metadata=option(FLAG, "open the inbox in the browser when ready"))
    stop_with_stdin: bool = field(
        default=False,
        metadata=option(
            FLAG,
            "stop in order when standard input ends: with a pipe there, mailcatch never outlives whoever started it",
        ),
    )
    log_level: str = field(default="info", metadata=option(LEVEL, "what is logged, on stderr"))
    log_format: str | None = field(
        default=None, metadata=option(FORMAT, "how it is logged", fallback="text on a terminal, else json")
    )
    quiet: bool = field(
        default=False, metadata=option(FLAG, "no ready lines, and only warnings in the log", short="-q")
    )


@dataclass(frozen=True, slots=True)
class StoreSection:
    """The database and what it keeps."""

    database: Path | None = field(  # None: a temporary file that goes with the process (`:temp:`)
        default=None,
        metadata=option(
            DATABASE,
            "the database file; :temp: is one that goes with the process",
            fallback="mailcatch.db in the platform's data directory",
        ),
    )
    clear: bool = field(default=False, metadata=option(FLAG, "empty the database at start"))
    max_messages: int | None = field(
        default=10_000, metadata=option(or_none(NUMBER), "keep at most so many messages; pinned ones stay")
    )
    max_age: float | None = field(  # seconds
        default=None, metadata=option(or_none(DURATION), "keep messages for so long; pinned ones stay")
    )
    max_bytes: int | None = field(
        default=2 * GiB, metadata=option(or_none(SIZE), "keep at most so much mail; pinned messages stay")
    )


@dataclass(frozen=True, slots=True)
class SmtpSection:
    """The SMTP door: listeners and limits."""

    listen: tuple[Bind, ...] = field(
        default=(Bind(None, 1025),),
        metadata=option(LISTENERS, "take mail here; 0 = any free port, the same on each address", name="smtp"),
    )
    starttls: tuple[Bind, ...] = field(
        default=(Bind(None, 1587),),
        metadata=option(LISTENERS, "with --tls: take mail here too, and offer STARTTLS", name="smtp-starttls"),
    )
    implicit: tuple[Bind, ...] = field(
        default=(Bind(None, 1465),),
        metadata=option(LISTENERS, "with --tls: take mail here too, over TLS from the first byte", name="smtps"),
    )
    require_tls: bool = field(
        default=False,
        metadata=option(
            FLAG, "where STARTTLS is offered, refuse all mail before it with 530 5.7.0", name="smtp-require-tls"
        ),
    )
    max_message_size: int = field(default=50 * MiB, metadata=_MESSAGE_SIZE)
    max_recipients: int = field(
        default=1_000, metadata=option(COUNT, "recipients of one message", name="smtp-max-recipients")
    )
    max_connections: int = field(
        default=500, metadata=option(COUNT, "connections at one time", name="smtp-max-connections")
    )
    max_connections_per_client: int = field(  # 0: no cap, for all of Docker is one address
        default=0,
        metadata=option(NUMBER, "the same from one address; 0 = no cap", name="smtp-max-connections-per-client"),
    )
    idle_timeout: float = field(  # seconds
        default=300.0, metadata=option(DURATION, "a silence that ends a connection", name="smtp-idle-timeout")
    )
    max_errors: int = field(
        default=20,
        metadata=option(COUNT, "errors since the last accepted mail that end a connection", name="smtp-max-errors"),
    )
    max_junk: int = field(  # NOOP, RSET, VRFY …
        default=100,
        metadata=option(COUNT, "idle commands (NOOP, RSET, VRFY …), counted the same way", name="smtp-max-junk"),
    )
    min_data_rate: int = field(  # bytes per second
        default=500, metadata=option(RATE, "a message slower than this a second is cut off", name="smtp-min-data-rate")
    )


@dataclass(frozen=True, slots=True)
class HttpSection:
    """The HTTP door: listeners, names it answers to, prefix and limits."""

    listen: tuple[Bind, ...] = field(
        default=(Bind(None, 8025),),
        metadata=option(LISTENERS, "inbox and API here; 0 = any free port, the same on each address", name="http"),
    )
    webroot: str = field(default="", metadata=option(WEBROOT, "prefix of every path, like /mail"))
    allow_hosts: tuple[str, ...] = field(
        default=(),
        metadata=option(HOSTS, "a further Host name to answer to; a leading dot takes subdomains", name="allow-host"),
    )
    max_message_size: int = field(default=50 * MiB, metadata=_MESSAGE_SIZE)
    max_connections: int = field(
        default=500, metadata=option(COUNT, "connections at one time", name="http-max-connections")
    )


@dataclass(frozen=True, slots=True)
class Pop3Section:
    """The POP3 door: listeners and limits."""

    listen: tuple[Bind, ...] = field(
        default=(Bind(None, 1110),),
        metadata=option(LISTENERS, "POP3 here; 0 = any free port, the same on each address", name="pop3"),
    )
    implicit: tuple[Bind, ...] = field(
        default=(Bind(None, 1995),),
        metadata=option(LISTENERS, "with --tls: POP3 here too, over TLS from the first byte", name="pop3s"),
    )
    max_connections: int = field(
        default=500, metadata=option(COUNT, "connections at one time", name="pop3-max-connections")
    )
    max_connections_per_client: int = field(  # 0: no cap, for all of Docker is one address
        default=0,
        metadata=option(NUMBER, "the same from one address; 0 = no cap", name="pop3-max-connections-per-client"),
    )
    idle_timeout: float = field(  # seconds; RFC 1939 §3 wants ten minutes at least
        default=600.0, metadata=option(DURATION, "a silence that ends a connection", name="pop3-idle-timeout")
    )
    max_errors: int = field(default=20, metadata=option(COUNT, "errors that end a connection", name="pop3-max-errors"))


@dataclass(frozen=True, slots=True)
class ImapSection:
    """The IMAP door: listeners and limits."""

    listen: tuple[Bind, ...] = field(
        default=(Bind(None, 1143),),
        metadata=option(LISTENERS, "IMAP here; 0 = any free port, the same on each address", name="imap"),
    )
    implicit: tuple[Bind, ...] = field(
        default=(Bind(None, 1993),),
        metadata=option(LISTENERS, "with --tls: IMAP here too, over TLS from the first byte", name="imaps"),
    )
    max_message_size: int = field(default=50 * MiB, metadata=_MESSAGE_SIZE)  # of APPEND
    max_connections: int = field(
        default=500, metadata=option(COUNT, "connections at one time", name="imap-max-connections")
    )
    max_connections_per_client: int = field(  # 0: no cap, for all of Docker is one address
        default=0,
        metadata=option(NUMBER, "the same from one address; 0 = no cap", name="imap-max-connections-per-client"),
    )
    idle_timeout: float = field(  # seconds; RFC 3501 §5.4 wants thirty minutes at least
        default=1800.0, metadata=option(DURATION, "a silence that ends a connection", name="imap-idle-timeout")
    )
    max_errors: int = field(
        default=20, metadata=option(COUNT, "commands answered BAD that end a connection", name="imap-max-errors")
    )


@dataclass(frozen=True, slots=True)
class TlsSection:
    """TLS of SMTP, POP3 and IMAP: whether, and with which certificate."""

    enabled: bool = field(
        default=False,
        metadata=option(FLAG, "open the TLS ports, and offer STARTTLS on POP3's and IMAP's own", name="tls"),
    )
    cert: Path | None = field(
        default=None,
        metadata=option(
            FILE,
            "the server's certificate and its chain, as PEM",
            name="tls-cert",
            fallback="made by a development CA: mailcatch ca",
        ),
    )
    key: Path | None = field(
        default=None,
        metadata=option(FILE, "the private key of --tls-cert, as PEM", name="tls-key", fallback="in --tls-cert itself"),
    )
    folder: Path | None = field(
        default=None,
        metadata=option(
            FOLDER,
            "where the development CA is kept",
            name="tls-dir",
            fallback="tls in the platform's data directory",
        ),
    )


@dataclass(frozen=True, slots=True)
class AuthSection:
    """Who may log in, at SMTP, POP3 and IMAP alike."""

    file: Path | None = field(
        default=None,
        metadata=option(
            FILE,
            "users and passwords as htpasswd -B makes them: bcrypt, argon2, or {PLAIN}password",
            name="auth-file",
            fallback="any user, any password",
        ),
    )
    required: bool = field(
        default=False, metadata=option(FLAG, "take mail only after a login (530 5.7.0)", name="require-auth")
    )


@dataclass(frozen=True, slots=True)
class RecipientsSection:
    """Which recipients SMTP takes: everyone's mail, unless one of these is given."""

    users: Path | str | None = field(  # a file, or addresses with commas between them
        default=None,
        metadata=option(
            USERS,
            "take mail for these addresses only: a file with one a line, or a list with commas; others get 550 5.1.1",
            fallback="everyone",
        ),
    )
    domains: tuple[str, ...] = field(
        default=(),
        metadata=option(
            DOMAINS,
            "a domain that is ours, a leading dot takes its subdomains; others get 550 5.7.1 unless relay takes them",
            name="local-domain",
            fallback="all, or those of --users",
        ),
    )


@dataclass(frozen=True, slots=True)
class InboxesSection:
    """How mail finds its inbox, besides the tables of the configuration file."""

    catch_domain: str = field(
        default=CATCH_DOMAIN,
        metadata=option(CATCH, "domain under which inboxes have addresses: anyone@NAME.mailcatch.example"),
    )


@dataclass(frozen=True, slots=True)
class Config:
    """All sections; each door gets its own only."""

    process: ProcessSection = ProcessSection()
    store: StoreSection = StoreSection()
    smtp: SmtpSection = SmtpSection()
    http: HttpSection = HttpSection()
    pop3: Pop3Section = Pop3Section()
    imap: ImapSection = ImapSection()
    tls: TlsSection = TlsSection()
    auth: AuthSection = AuthSection()
    recipients: RecipientsSection = RecipientsSection()
    inboxes: InboxesSection = InboxesSection()
    rules: Rules = NO_RULES
    relay: RelaySection = field(default_factory=RelaySection)


SECTIONS = {
    "process": ProcessSection,
    "smtp": SmtpSection,
    "http": HttpSection,
    "pop3": Pop3Section,
    "imap": ImapSection,
    "tls": TlsSection,
    "auth": AuthSection,
    "recipients": RecipientsSection,
    "inboxes": InboxesSection,
    "relay": RelaySection,
    "store": StoreSection,
}


def options() -> tuple[Option, ...]:
    """Return every option once, in the order of the sections."""
    found: dict[str, Option] = {}
    for section in SECTIONS.values():
        for each in options_of(section):
            found.setdefault(each.name, each)
    return tuple(found.values())


def config_of(values: dict[str, Any], rules: Rules = NO_RULES) -> Config:
    """Return the configuration made of option values, by the options' keys; what is not given has its default."""
    made = {
        name: section(**{each.field: values[each.key] for each in options_of(section) if each.key in values})
        for name, section in SECTIONS.items()
    }
    return Config(**made, rules=rules)
