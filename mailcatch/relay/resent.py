"""The `Resent-*` fields that go before a message when somebody releases it to others than it was sent to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

_LONGEST = 900  # octets of a line; RFC 5322 §2.1.1 allows 998
_CONTROL = re.compile("[\0-\x1f\x7f]")


def resent_block(*, sender: str, recipients: Sequence[str], at: int, message_id: str) -> bytes:
    """Return the block of RFC 5322 §3.6.6, its last CRLF included: date, from, to, message id.

    `at` is in milliseconds since 1970, `message_id` without angle brackets. The message itself stays as it is, its
    Date and Message-ID too: a signature over them still holds. UTF-8 addresses stay UTF-8 (RFC 6532).
    """
    when = format_datetime(datetime.fromtimestamp(at // 1000, UTC))
    fields = (
        f"Resent-Date: {when}",
        f"Resent-From: {_clean(sender)}",
        f"Resent-To: {_folded([_clean(each) for each in recipients])}",
        f"Resent-Message-ID: <{_clean(message_id)}>",
    )
    return "".join(f"{field}\r\n" for field in fields).encode("utf-8", "replace")


def _clean(text: str) -> str:
    """Return text that cannot begin a field of its own."""
    return _CONTROL.sub("", text)[:_LONGEST]


def _folded(addresses: Sequence[str]) -> str:
    return ",\r\n\t".join(addresses)
