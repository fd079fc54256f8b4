"""Reports read: those of RFC 3464 and RFC 6533, and what servers send in their place. Never raises, linear.

A report is recognised by its form, never by its sender alone: a multipart/report with a part for programs; a multipart
that has such a part under another name; a text with the field `X-Failed-Recipients` (Exim, Gmail); the text of qmail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailcatch.dsn.params import BadParameter, read_orcpt
from mailcatch.dsn.status import status_in
from mailcatch.dsn.values import ACTIONS, Action, Report, Reported, Returned
from mailcatch.mime.dates import date_of
from mailcatch.mime.headers import Fields, read_fields, unfolded
from mailcatch.mime.params import parse_params
from mailcatch.mime.parts import text_in, texts_of
from mailcatch.mime.structure import scan
from mailcatch.mime.transfer import decode_body
from mailcatch.model import Part

MOST_RECIPIENTS = 1_000
"""Of one report; those after them are left out."""

_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_MESSAGE_TYPES = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers",
                            "message/rfc822-headers"})  # fmt: skip
_LARGEST = 256 << 10  # octets of a part that are looked at
_TEXT = 4_000  # characters of the text for people that are kept
_ID = re.compile(r"\bid\s++([!#-'*+/-9=?A-Z^-~-]{1,100}+)", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}+>")
_CLASSES: dict[str, Action] = {"2": "delivered", "4": "delayed", "5": "failed"}
_REPLY = re.compile(r"(?<!\d)([45])\d\d[ -]")
_QMAIL = re.compile(r"Hi\. This is the .{1,200}? (?:program|server) at ", re.DOTALL)
_QMAIL_RECIPIENT = re.compile(r"<([^<>\r\n]{1,500}+)>:\n((?:[^\n]++\n)*+)")
_QMAIL_COPY = re.compile(r"^--- (?:Below this line|Enclosed) [^\n]*+\n+", re.MULTILINE)
_EXIM_COPY = re.compile(r"^-{4,} This is a copy of [^\n]*+\n+", re.MULTILINE)


def read(raw: bytes) -> Returned | None:
    """Return what a report says, None if the message is none."""
    root, fields, _ = scan(raw)
    if parse_params(fields.get(b"content-type")).params.get("report-type", "").lower() == "disposition-notification":
        return None  # that it was read, not whether it came (RFC 8098)
    return _standard(raw, root) or _marked(raw, root, fields) or _qmail(raw, root)


def is_report(raw: bytes) -> bool:
    """Tell from its header alone whether a message is a report: to such a one none is sent (RFC 3464 §2)."""
    fields = read_fields(raw, 0, len(raw)).fields
    kind, _ = parse_params(fields.get(b"content-type"))
    return kind == "multipart/report"


def no_report_for(sender: str, raw: bytes) -> str | None:
    """Return why no report may be sent about a message, None if one may: loops begin so (RFC 3464 §2, RFC 3834 §2)."""
    if not sender:
        return "its sender is <>"
    if is_report(raw):
        return "it is a report itself"
    automatic = read_fields(raw, 0, len(raw)).fields.get(b"auto-submitted")
    if automatic is not None and unfolded(automatic).partition(";")[0].strip().lower() != "no":
        return "it says that a program sent it (Auto-Submitted)"
    return None


# RFC 3464


def _standard(raw: bytes, root: Part) -> Returned | None:
    parts = list(_own(root))
    status = next((part for part in parts if part.content_type in _STATUS_TYPES), None)
    if status is None:
        return None
    report = _report_in(_octets(raw, status))
    if report is None:
        return None
    after = parts[parts.index(status) + 1 :]
    original = next((part for part in after if part.content_type in _MESSAGE_TYPES), None)
    about = _octets(raw, original) if original is not None else b""
    return _returned(report, about, _text_of(raw, root))


def _own(part: Part) -> Iterator[Part]:
    """Yield the parts of a message itself: a report that somebody attached to it does not make it one."""
    yield part
    if part.content_type.startswith("multipart/"):
        for child in part.children:
            yield from _own(child)


def _octets(raw: bytes, part: Part) -> bytes:
    end = part.offset + min(part.length, _LARGEST)
    return decode_body(raw[part.offset : end], part.encoding)[:_LARGEST]


def _report_in(octets: bytes) -> Report | None:
    recipients: list[Reported] = []
    of_message = Fields([])
    for number, block in enumerate(_blocks(octets)):
        if block.get(b"final-recipient") or block.get(b"original-recipient") or block.get(b"action"):
            reported = _recipient(block)
            if reported is not None and len(recipients) < MOST_RECIPIENTS:
                recipients.append(reported)
        elif number == 0:
            of_message = block
    if not recipients:
        return None
    envid = of_message.get(b"original-envelope-id")
    return Report(
        mta=_typed(of_message.get(b"reporting-mta"))[1],
        recipients=tuple(recipients),
        envid=unfolded(envid) if envid else None,
        arrived_at=date_of(of_message.get(b"arrival-date")),
        received_from=_typed(of_message.get(b"received-from-mta"))[1] or None,
    )


def _blocks(octets: bytes) -> Iterator[Fields]:
    """Yield the groups of fields; what is no field between them is passed over."""
    position = 0
    while position < len(octets):
        block = read_fields(octets, position, len(octets))
        if block.fields.items:
            yield block.fields
        if block.end <= position or (not block.fields.items and octets[position : position + 1] not in b"\r\n"):
            end = octets.find(b"\n", position)
            position = len(octets) if end < 0 else end + 1
        else:
            position = block.end


def _recipient(block: Fields) -> Reported | None:
    final = _address(block.get(b"final-recipient"))
    original = _address(block.get(b"original-recipient"))
    if not final and not original:
        return None
    kind, diagnostic = _typed(block.get(b"diagnostic-code"))
    said = unfolded(block.get(b"status") or b"")
    status = status_in(said) or status_in(diagnostic) or ""
    return Reported(
        address=final or original,
        action=_action(unfolded(block.get(b"action") or b""), status),
        status=status,
        original=original or None,
        mta=_typed(block.get(b"remote-mta"))[1] or None,
        diagnostic=diagnostic or kind or None,
        last_attempt_at=date_of(block.get(b"last-attempt-date")),
        retry_until=date_of(block.get(b"will-retry-until")),
    )


def _action(said: str, status: str) -> Action:
    word = said.strip().lower().partition(" ")[0]
    if word in ACTIONS:
        return word  # type: ignore[return-value] # it is one of them
    return _CLASSES.get(status[:1], "failed")


def _typed(value: bytes | None) -> tuple[str, str]:
    """Return type and value of `dns; mx.example`; without a type all is the value."""
    text = unfolded(value or b"")
    kind, semicolon, rest = text.partition(";")
    if not semicolon or " " in kind.strip():
        return "", text
    return kind.strip().lower(), " ".join(rest.split())


def _address(value: bytes | None) -> str:
    kind, said = _typed(value)
    address = said.strip()
    if address.startswith("<") and ">" in address:
        address = address[1 : address.index(">")]
    if kind == "utf-8":
        try:
            return read_orcpt(f"utf-8;{address}").address
        except BadParameter:
            return address
    return address.partition(" (")[0]


# What stands in its place


def _marked(raw: bytes, root: Part, fields: Fields) -> Returned | None:
    """Read the text of Exim: a field names the recipients, the text the reasons, and below lies the message."""
    values = fields.all(b"x-failed-recipients")
    if not values:
        return None
    addresses = [each.strip() for value in values for each in unfolded(value).split(",") if "@" in each]
    if not addresses:
        return None
    text = _text_of(raw, root, _LARGEST)
    copy = _EXIM_COPY.search(text)
    reasons, about = (text[: copy.start()], text[copy.end() :]) if copy else (text, "")
    recipients = tuple(_reasoned(address, reasons) for address in dict.fromkeys(addresses[:MOST_RECIPIENTS]))
    attached = next((part for part in _own(root) if part.content_type in _MESSAGE_TYPES), None)
    octets = _octets(raw, attached) if attached is not None else about.encode("utf-8", "replace")
    return _returned(Report("", recipients), octets, text[:_TEXT])


def _reasoned(address: str, text: str) -> Reported:
    found = text.find(address)
    reason = ""
    if found >= 0:
        after = text[found + len(address) : found + len(address) + 2_000].partition("\n\n")[0]
        reason = " ".join(after.split())
    return _judged(address, reason)


def _judged(address: str, reason: str) -> Reported:
    status = status_in(reason) or ""
    reply = _REPLY.search(f"{reason} ")
    action = _CLASSES.get(status[:1]) or (_CLASSES[reply[1]] if reply else "failed")
    return Reported(address, action, status, diagnostic=reason[:1_000] or None)


def _qmail(raw: bytes, root: Part) -> Returned | None:
    """Read the text of qmail (the format is called QSBMF): paragraphs that begin with a recipient."""
    text = _text_of(raw, root, _LARGEST)
    if _QMAIL.match(text.lstrip()) is None:
        return None
    copy = _QMAIL_COPY.search(text)
    said, about = (text[: copy.start()], text[copy.end() :]) if copy else (text, "")
    recipients = tuple(
        _judged(match[1], " ".join(match[2].split()))
        for _, match in zip(range(MOST_RECIPIENTS), _QMAIL_RECIPIENT.finditer(said), strict=False)
    )
    return _returned(Report("", recipients), about.encode("utf-8", "replace"), text[:_TEXT]) if recipients else None


# The message that it is about


def _text_of(raw: bytes, root: Part, limit: int = _TEXT) -> str:
    first = next(iter(texts_of(root, "text/plain")), None)
    return text_in(raw, first, limit).replace("\r\n", "\n")[:limit] if first is not None else ""


def _returned(report: Report, about: bytes, text: str) -> Returned:
    fields = read_fields(about.lstrip(b"\r\n"), 0, len(about)).fields
    message_id = _MESSAGE_ID.search(unfolded(fields.get(b"message-id") or b""))
    ids = [match[1] for each in fields.all(b"received")[:50] if (match := _ID.search(unfolded(each)[:4_000]))]
    return Returned(report, message_id[0] if message_id else None, tuple(ids), text)
