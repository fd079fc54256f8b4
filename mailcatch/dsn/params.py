"""The parameters by which a sender asks for notifications: RET and ENVID of MAIL, NOTIFY and ORCPT of RCPT (RFC 3461).

They stay in the envelope as the client wrote them, for that is how they go on to the next server; here they are
judged and read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Ret = Literal["FULL", "HDRS"]
Condition = Literal["SUCCESS", "FAILURE", "DELAY"]

LONGEST_ENVID = 100
"""Characters of ENVID (RFC 3461 §5.4)."""

LONGEST_ORCPT = 500
"""Characters of ORCPT (RFC 3461 §5.4)."""

OF_MAIL = frozenset({"RET", "ENVID"})
OF_RCPT = frozenset({"NOTIFY", "ORCPT"})

_CONDITIONS: frozenset[str] = frozenset({"SUCCESS", "FAILURE", "DELAY"})
_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*\Z")
_HEX = re.compile(r"\+([0-9A-F]{2})")
_CODED = re.compile(r"[^!-*,-<>-~]")
_TYPE = re.compile(r"[A-Za-z0-9!#$%&'*+/?^_`{|}~-]{1,60}\Z")  # an atom (RFC 3461 §4.2)
_EMBEDDED = re.compile(r"\\x\{([0-9A-F]{2,6})\}")  # RFC 6533 §3
_UTF8_ADDRESS = re.compile(r"(?:[!-*,-<>-\[\]-~\u0080-\U0010ffff]|\\x\{[0-9A-F]{2,6}\}|\+[0-9A-F]{2})+\Z")


class BadParameter(ValueError):
    """A parameter that RFC 3461 does not allow; the text says what would be right."""


class Original(Struct, frozen=True):
    """An address as the sender meant it: its type ("rfc822", "utf-8") and itself, decoded."""

    type: str
    address: str


def decode_xtext(text: str) -> str:
    """Return what xtext stands for (RFC 3461 §4). Raises BadParameter."""
    if _XTEXT.match(text) is None:
        raise BadParameter("xtext has no blanks, no =, and + only as +2B")
    return _HEX.sub(lambda code: chr(int(code[1], 16)), text)


def encode_xtext(text: str) -> str:
    """Return ASCII text as xtext; what is beyond ASCII becomes `?`, for xtext cannot say it."""
    return _CODED.sub(lambda found: f"+{ord(found[0]):02X}" if found[0].isascii() else "?", text)


def read_ret(value: str) -> Ret:
    """Read RET: whether a report has the whole message or its header only. Raises BadParameter."""
    match value.upper():
        case "FULL":
            return "FULL"
        case "HDRS":
            return "HDRS"
    raise BadParameter("RET is FULL or HDRS")


def read_envid(value: str) -> str:
    """Read ENVID, decoded: the sender's own name for this envelope. Raises BadParameter."""
    if not value or len(value) > LONGEST_ENVID:
        raise BadParameter(f"ENVID has 1 to {LONGEST_ENVID} characters")
    decoded = decode_xtext(value)
    if not (decoded.isascii() and decoded.isprintable()):
        raise BadParameter("ENVID stands for printable ASCII")
    return decoded


def read_notify(value: str) -> frozenset[Condition]:
    """Read NOTIFY: when the sender wants a report; empty is NEVER. Raises BadParameter."""
    if value.upper() == "NEVER":
        return frozenset()
    words = value.upper().split(",")
    if not _CONDITIONS.issuperset(words) or len(set(words)) != len(words):
        raise BadParameter("NOTIFY is NEVER, or some of SUCCESS,FAILURE,DELAY")
    return frozenset(words)  # type: ignore[arg-type] # they are among the conditions


def read_orcpt(value: str) -> Original:
    """Read ORCPT: `rfc822;bob@x.example`, or `utf-8;…` (RFC 6533 §3). Raises BadParameter."""
    kind, semicolon, address = value.partition(";")
    if not semicolon or not address or _TYPE.match(kind) is None or len(value) > LONGEST_ORCPT:
        raise BadParameter(f"ORCPT is type;address, {LONGEST_ORCPT} characters at most")
    if kind.lower() == "utf-8":
        return Original("utf-8", _utf8_address(address))
    decoded = decode_xtext(address)
    if not (decoded.isascii() and decoded.isprintable()):
        raise BadParameter("ORCPT stands for printable ASCII")
    return Original(kind.lower(), decoded)


def _utf8_address(address: str) -> str:
    if _UTF8_ADDRESS.match(address) is None:
        raise BadParameter(r"a utf-8 address has \x{2B} for +, \x{3D} for = and \x{5C} for a backslash")
    try:
        return _HEX.sub(_coded, _EMBEDDED.sub(_coded, address))
    except ValueError as error:
        raise BadParameter("a utf-8 address names a character that there is not") from error


def _coded(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    if not character.isprintable():
        raise ValueError(match[0])
    return character


def check_mail(params: Mapping[str, str]) -> None:
    """Judge what MAIL asks for. Raises BadParameter."""
    if "RET" in params:
        read_ret(params["RET"])
    if "ENVID" in params:
        read_envid(params["ENVID"])


def check_rcpt(params: Mapping[str, str]) -> None:
    """Judge what RCPT asks for. Raises BadParameter."""
    if "NOTIFY" in params:
        read_notify(params["NOTIFY"])
    if "ORCPT" in params:
        read_orcpt(params["ORCPT"])


def wants(condition: Condition, notify: str | None) -> bool:
    """Tell whether a recipient's sender wants to hear of a condition; without NOTIFY of failures and delays."""
    if notify is None:
        return condition != "SUCCESS"
    try:
        return condition in read_notify(notify)
    except BadParameter:  # kept from a time or a door that did not judge it
        return condition != "SUCCESS"
