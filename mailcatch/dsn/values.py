"""What a report says, as values: what `make` is given and what `read` gives."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]

ACTIONS: frozenset[str] = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})


class Reported(Struct, frozen=True):
    """What became of one recipient (RFC 3464 §2.3). Times are milliseconds since 1970.

    `original` is ORCPT as the sender wrote it (`rfc822;bob@x.example`), where a report is made; decoded and without
    its type, where one is read. `mta` is who said the diagnostic, None if nobody was reached. `status` is an enhanced
    code of RFC 3463.
    """

    address: str
    action: Action
    status: str
    original: str | None = None
    mta: str | None = None
    diagnostic: str | None = None
    last_attempt_at: int | None = None
    retry_until: int | None = None


class Report(Struct, frozen=True):
    """A report about one message (RFC 3464 §2.2). `envid` is decoded, `mta` is who made the report."""

    mta: str
    recipients: tuple[Reported, ...]
    envid: str | None = None
    arrived_at: int | None = None
    received_from: str | None = None


class Returned(Struct, frozen=True):
    """A report that was read, and what it tells of the message that it is about.

    `message_id` is the header's, with its angle brackets; `received_ids` the ids that servers gave the message, as its
    `Received` fields say them, the last server's first. `text` is what the report says to people, its beginning.
    """

    report: Report
    message_id: str | None = None
    received_ids: tuple[str, ...] = ()
    text: str = ""
