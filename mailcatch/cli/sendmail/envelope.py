"""Who a mail is from and to: from sendmail's arguments, from its user, and with -t from the header."""

from __future__ import annotations

import os
from collections.abc import Sequence

from mailcatch.cli.sendmail.codes import DATA, USAGE, Failed
from mailcatch.cli.sendmail.message import Message
from mailcatch.cli.sendmail.options import Options

HERE = "localhost"
"""The domain of an address that has none."""

_RESENT = (b"resent-to", b"resent-cc", b"resent-bcc")
_PLAIN = (b"to", b"cc", b"bcc")


def sender_of(options: Options) -> str:
    """Return the reverse-path: of -f, else the user's own; `<>` is the null one."""
    said = os.environ.get("LOGNAME") or os.environ.get("USER") or _user() if options.sender is None else options.sender
    found = addresses([os.fsencode(said)])
    return found[0] if found else ""


def _user() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "user"


def recipients_of(options: Options, message: Message) -> list[str]:
    """Return each recipient once. Raises Failed (64) when there is none.

    With -t they are those of To, Cc and Bcc besides the arguments, or those of the Resent- fields if there are any.
    """
    values = [os.fsencode(word) for word in options.recipients]
    if options.from_header:
        values += message.values(*_RESENT) or message.values(*_PLAIN)
    found = list(dict.fromkeys(addresses(values)))
    if not found:
        where = "neither the header nor the arguments name" if options.from_header else "the arguments name no"
        raise Failed(
            USAGE, f"{where} a recipient" if options.from_header else f"{where} recipient; -t takes the header's"
        )
    return found


def addresses(values: Sequence[bytes]) -> list[str]:
    """Return the addresses of some lists, groups opened, each with a domain. Raises Failed (65) for a line end.

    They are text as UTF-8 (RFC 6531); other bytes are kept as surrogates, to go out as they came.
    """
    found = []
    for value in values:
        simple = _simple(value)
        found += _listed(value) if simple is None else [simple]
    if any("\r" in each or "\n" in each for each in found):
        raise Failed(DATA, "an address has a line end in it")
    return [each if "@" in each else f"{each}@{HERE}" for each in found]


def _listed(value: bytes) -> list[str]:
    from mailcatch.mime.addresses import MOST_ADDRESSES, addresses_of

    listed = addresses_of([value])
    if len(listed) >= MOST_ADDRESSES:
        raise Failed(DATA, f"one list has {MOST_ADDRESSES:,} addresses or more: send to fewer at a time")
    return [each.address for each in listed if each.address]


def _simple(value: bytes) -> str | None:
    """Return a value that is nothing but one address, without importing what reads all others."""
    text = value.strip()
    if not text or any(byte in b' \t\r\n"(),:;<>\\[]' for byte in text):
        return None
    return text.decode("utf-8", "surrogateescape")
