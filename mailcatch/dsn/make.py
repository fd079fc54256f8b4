"""Reports made: multipart/report of RFC 3464, for addresses and headers beyond ASCII of RFC 6533.

Whoever reads one sees a text for people first, then the same for programs, then the message that it is about: its bytes
as they were, or its header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from quopri import encodestring

from mailcatch.address import a_label
from mailcatch.dsn.params import BadParameter, Original, Ret, read_orcpt
from mailcatch.dsn.text import subject_of, text_of
from mailcatch.dsn.values import Report, Reported
from mailcatch.mime.headers import decoded, read_fields

FULL_BYTES = 64 << 10
"""A message up to this size is returned whole where its sender did not say which (RFC 3461 §4.3 leaves it to us)."""

_LONGEST_LINE = 998  # octets without CRLF (RFC 5322 §2.1.1)
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f]+")
_LONGEST_VALUE = 2_000
_FOLD_AT = 900
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")


def make(report: Report, message: bytes, *, to: str, at: int, id: str, ret: Ret | None = None) -> bytes:
    """Return a report about `message`, to its sender; its own sender in SMTP is `<>` (RFC 3464 §2).

    `at` is in milliseconds since 1970, `id` unlike any other: Message-ID and boundary are made of it. `ret` is what the
    sender asked for; only a failure returns the whole message (RFC 3461 §4.3).
    """
    header = message[: read_fields(message, 0, len(message)).end]
    whole = _returns_whole(report, message, ret)
    about = message if whole else header
    international = not _is_ascii(report, to) or not header.isascii()
    boundary = _boundary(id, about)
    text = text_of(report, header)
    parts = (
        _text_part(text),
        _status_part(report, international=international),
        _message_part(about, whole=whole, international=not header.isascii()),
    )
    delimiter = f"--{boundary}".encode("ascii")
    body = b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts)
    head = _head(report, header, to=to, at=at, id=id, boundary=boundary)
    return head + b"\r\n" + body + delimiter + b"--\r\n"


def _returns_whole(report: Report, message: bytes, ret: Ret | None) -> bool:
    failed = any(each.action == "failed" for each in report.recipients)
    return failed and (ret == "FULL" or (ret is None and len(message) <= FULL_BYTES))


def _is_ascii(report: Report, to: str) -> bool:
    said = (to, *(each.address for each in report.recipients), *(each.original or "" for each in report.recipients))
    return all(each.isascii() for each in said) and not any("\\x{" in each for each in said)


def _boundary(id: str, about: bytes) -> str:
    """Return a boundary that the message has not: a bounce of a bounce may carry the same id."""
    boundary, number = f"report={id}", 0
    while f"--{boundary}".encode("ascii") in about:
        number += 1
        boundary = f"report={id}={number}"
    return boundary


def _head(report: Report, header: bytes, *, to: str, at: int, id: str, boundary: str) -> bytes:
    fields = read_fields(header, 0, len(header)).fields
    domain = a_label(report.mta) or "mailcatch"
    lines = [
        f"Date: {_date(at)}",
        f"From: Mail delivery <MAILER-DAEMON@{_clean(domain)}>",
        f"To: <{_clean(to)}>",
        f"Subject: {_encoded(subject_of(report, decoded(fields.get(b'subject'))))}",
        f"Message-ID: <{_clean(id)}@{_clean(domain)}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="{boundary}"',
    ]
    about = _clean((fields.get(b"message-id") or b"").decode("ascii", "ignore")).strip()
    if about:
        lines[5:5] = [f"In-Reply-To: {about}"[:_LONGEST_LINE], f"References: {about}"[:_LONGEST_LINE]]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")


def _text_part(text: str) -> bytes:
    encoding, octets = "7bit", text.encode("utf-8", "replace")
    if not text.isascii():
        encoding, octets = "quoted-printable", encodestring(octets)
    body = octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


def _status_part(report: Report, *, international: bool) -> bytes:
    kind, encoding = "message/delivery-status", "7bit"
    if international:
        kind, encoding = "message/global-delivery-status", "8bit"  # RFC 6533 §4
    blocks = [_of_message(report), *(_of_recipient(each, international=international) for each in report.recipients)]
    body = "\r\n".join("".join(f"{_folded(field)}\r\n" for field in block) for block in blocks)
    octets = body.encode("utf-8", "replace") if international else body.encode("ascii", "replace")
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + octets


def _of_message(report: Report) -> Iterator[str]:
    if report.envid is not None:
        yield f"Original-Envelope-Id: {_clean(report.envid)}"
    yield f"Reporting-MTA: dns; {_clean(report.mta)}"
    if report.received_from:
        yield f"Received-From-MTA: dns; {_clean(report.received_from)}"
    if report.arrived_at is not None:
        yield f"Arrival-Date: {_date(report.arrived_at)}"


def _of_recipient(each: Reported, *, international: bool) -> Iterator[str]:
    original = _original(each.original)
    if original is not None:
        yield f"Original-Recipient: {original.type}; {_clean(original.address)}"
    kind = "rfc822" if each.address.isascii() or not international else "utf-8"
    yield f"Final-Recipient: {kind}; {_clean(each.address)}"
    yield f"Action: {each.action}"
    yield f"Status: {_clean(each.status)}"
    if each.mta:
        yield f"Remote-MTA: dns; {_clean(each.mta)}"
    if each.diagnostic:
        yield f"Diagnostic-Code: {'smtp' if each.mta else 'x-mailcatch'}; {_clean(each.diagnostic)}"
    if each.last_attempt_at is not None:
        yield f"Last-Attempt-Date: {_date(each.last_attempt_at)}"
    if each.action == "delayed" and each.retry_until is not None:
        yield f"Will-Retry-Until: {_date(each.retry_until)}"


def _original(orcpt: str | None) -> Original | None:
    try:
        return read_orcpt(orcpt) if orcpt else None
    except BadParameter:  # of a door that did not judge it
        return None


def _message_part(about: bytes, *, whole: bool, international: bool) -> bytes:
    if whole:
        kind = "message/global" if international else "message/rfc822"
    else:
        kind = "message/global-headers" if international else "text/rfc822-headers"
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {_transfer(about)}\r\n\r\n"
    return head.encode("ascii") + about


def _transfer(octets: bytes) -> str:
    """Return what the octets are: a message is never encoded (RFC 2046 §5.2.1), so its bytes stay."""
    if _BARE.search(octets) or any(len(line) > _LONGEST_LINE for line in octets.split(b"\r\n")):
        return "binary"
    return "7bit" if octets.isascii() else "8bit"


def _date(at: int) -> str:
    return format_datetime(datetime.fromtimestamp(at // 1000, UTC))


def _clean(text: str) -> str:
    """Return text on one line: what servers and clients said must not begin a field of its own."""
    return _CONTROL.sub(" ", text).strip()[:_LONGEST_VALUE]


def _folded(field: str) -> str:
    """Return a field whose lines are no longer than is allowed, folded at blanks."""
    lines: list[str] = []
    while len(field.encode("utf-8", "replace")) > _FOLD_AT:
        at = field.rfind(" ", 40, 220)
        if at < 0:
            at = 220
        lines.append(field[:at])
        field = f" {field[at:].lstrip()}"
    return "\r\n".join([*lines, field])


def _encoded(subject: str) -> str:
    """Return a Subject as encoded words where it is beyond ASCII (RFC 2047)."""
    subject = _clean(subject)
    if subject.isascii():
        return subject
    from email.header import Header

    return Header(subject, "utf-8", maxlinelen=75, header_name="Subject").encode(linesep="\r\n")
