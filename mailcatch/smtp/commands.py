"""The commands of SMTP, read from their lines: pure, so that tables can test them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mailcatch.address import BadPath, is_clean, split_path
from mailcatch.dsn import params as dsn
from mailcatch.errors import Rejected

_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\u0080-\U0010ffff]*))?\Z")
_SIZE = re.compile(r"[0-9]{1,20}\Z")  # RFC 1870 §3
_BODY = frozenset({"7BIT", "8BITMIME"})
_LONGEST_PATH = 2_048
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Known:
    """The parameters that MAIL and RCPT may have."""

    of_mail: frozenset[str] = frozenset({"SIZE", "BODY", "SMTPUTF8", "AUTH"})
    of_rcpt: frozenset[str] = frozenset()

    def and_dsn(self) -> Known:
        """Return them with those of RFC 3461."""
        return Known(self.of_mail | dsn.OF_MAIL, self.of_rcpt | dsn.OF_RCPT)


PLAIN = Known()
"""Those without any that has to be offered first."""


@dataclass(frozen=True, slots=True)
class Path:
    """MAIL's or RCPT's argument: the address and its parameters, names in capitals."""

    address: str
    params: dict[str, str]


def split_command(line: bytes) -> tuple[str, str]:
    """Return verb (in capitals) and argument of a command line; what is no UTF-8 is read as Latin-1."""
    verb, _, argument = line.partition(b" ")
    return verb.rstrip().upper().decode("latin-1"), _text(argument).strip(" ")


def _text(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def parse_host(argument: str) -> str:
    """Read what a client calls itself; any name will do. Raises Rejected."""
    if not argument:
        raise Rejected(501, "5.5.4", "a host name must follow")
    if not is_clean(argument):
        raise Rejected(501, "5.5.4", "control characters are not allowed in a host name")
    return argument[:_LONGEST_NAME]


def parse_mail(argument: str, known: Known = PLAIN) -> Path:
    """Read `FROM:<reverse-path> parameters`; "" is the null sender. Raises Rejected."""
    address, rest = _path(argument, "FROM:", "5.1.7")
    params = _parameters(rest, known.of_mail)
    if "SIZE" in params and not _SIZE.match(params["SIZE"]):
        raise Rejected(501, "5.5.4", "SIZE wants a number")
    if "BODY" in params and params["BODY"].upper() not in _BODY:
        raise Rejected(501, "5.5.4", "BODY is 7BIT or 8BITMIME")
    if params.get("SMTPUTF8"):
        raise Rejected(501, "5.5.4", "SMTPUTF8 takes no value")
    _judge(dsn.check_mail, params)
    return Path(address, params)


def parse_rcpt(argument: str, known: Known = PLAIN) -> Path:
    """Read `TO:<forward-path> parameters`. Raises Rejected."""
    address, rest = _path(argument, "TO:", "5.1.3")
    if not address:
        raise Rejected(501, "5.1.3", "a recipient must have an address")
    params = _parameters(rest, known.of_rcpt)
    _judge(dsn.check_rcpt, params)
    return Path(address, params)


def masked(line: bytes) -> bytes:
    """Return a command line as it may be shown: AUTH without its initial response, which is a secret."""
    if line[:4].upper() != b"AUTH":
        return line
    words = line.split(None, 2)
    return b" ".join(words[:2]) + (b" ***" if len(words) > 2 else b"")


def _path(argument: str, keyword: str, enhanced: str) -> tuple[str, str]:
    if argument[: len(keyword)].upper() != keyword:
        raise Rejected(501, "5.5.4", f"it must be {keyword}<address>")
    try:
        address, rest = split_path(argument[len(keyword) :])
    except BadPath as error:
        raise Rejected(501, enhanced, str(error)) from error
    if not is_clean(address) or not is_clean(rest):
        raise Rejected(501, enhanced, "control characters are not allowed in an address")
    if len(address) > _LONGEST_PATH:
        raise Rejected(501, enhanced, "the address is too long")
    return address, rest


def _judge(check: Callable[[Mapping[str, str]], None], params: Mapping[str, str]) -> None:
    if not params:
        return
    try:
        check(params)
    except dsn.BadParameter as error:
        raise Rejected(501, "5.5.4", str(error)) from error


def _parameters(text: str, known: frozenset[str]) -> dict[str, str]:
    params: dict[str, str] = {}
    for word in text.split():
        match = _PARAMETER.match(word)
        if match is None:
            raise Rejected(501, "5.5.4", "a parameter cannot be read")
        name = match[1].upper()
        if name not in known:
            raise Rejected(555, "5.5.4", f"the parameter {name[:40]} is not known")
        if name in params:
            raise Rejected(501, "5.5.4", f"the parameter {name} is there twice")
        params[name] = match[2] or ""
    return params
