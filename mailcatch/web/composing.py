"""From the JSON of a mail to its bytes and envelope, by the standard library's email package."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, getaddresses, make_msgid

from mailcatch.model import Envelope, Recipient
from mailcatch.web.problems import Problem
from mailcatch.web.shapes import Compose, NewAttachment

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_RESERVED = frozenset({"from", "to", "cc", "bcc", "reply-to", "subject", "content-type", "content-transfer-encoding"})


def compose(mail: Compose) -> tuple[bytes, Envelope]:
    """Return the bytes of a mail and its envelope. Raises Problem `bad-body` for what no mail can hold.

    The problem's sentence begins with the name of the field that is wrong, where one alone is. Bcc recipients are in
    the envelope only (G3).
    """
    try:
        message = _message(mail)
        policy = SMTP if _ascii(mail) else SMTPUTF8
        return message.as_bytes(policy=policy), _envelope(mail)
    except (ValueError, LookupError, UnicodeError, AttributeError, TypeError, binascii.Error) as error:
        raise Problem("bad-body", f"This cannot be made into a mail: {error}") from None


def _message(mail: Compose) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    for name, values in (("From", [mail.from_]), ("To", mail.to), ("Cc", mail.cc), ("Reply-To", mail.reply_to)):
        if any(values):
            message[name] = _mailboxes(name.lower(), values)
    _mailboxes("bcc", mail.bcc)  # names nobody in the header, but must be addresses as well
    if _CONTROL.search(mail.subject):
        raise Problem("bad-body", "subject: it cannot contain line ends or other control characters.")
    message["Subject"] = mail.subject
    for header in mail.headers:
        if header.name.lower() in _RESERVED:
            raise Problem("bad-body", f"headers: {header.name} has a field of its own.")
        message[header.name] = header.value
    if "Date" not in message:
        message["Date"] = format_datetime(datetime.now(UTC))
    if "Message-ID" not in message:
        message["Message-ID"] = make_msgid(domain="mailcatch.example")
    _fill(message, mail)
    return message


def _fill(message: EmailMessage, mail: Compose) -> None:
    if mail.text is not None or mail.html is None:
        message.set_content(mail.text or "")
    html = message
    if mail.html is not None and mail.text is not None:
        message.add_alternative(mail.html, subtype="html")
        html = message.get_payload()[-1]  # type: ignore[assignment,index] # a list, as just made
    elif mail.html is not None:
        message.set_content(mail.html, subtype="html")
    inline = [one for one in mail.attachments if one.content_id and mail.html is not None]
    for one in inline:
        kind, subtype = _type(one)
        cid = "<" + str(one.content_id).strip("<>") + ">"
        html.add_related(_content(one), kind, subtype, cid=cid, filename=one.filename or None, disposition="inline")
    for one in mail.attachments:
        if one not in inline:
            kind, subtype = _type(one)
            message.add_attachment(_content(one), kind, subtype, filename=one.filename or None)


def _type(one: NewAttachment) -> tuple[str, str]:
    kind, _, subtype = one.content_type.partition("/")
    # A message or multipart cannot be sent in base64 (RFC 2045 §6.4): such a file goes as bytes.
    return ("application", "octet-stream") if kind.lower() in {"message", "multipart"} else (kind, subtype)


def _content(one: NewAttachment) -> bytes:
    try:
        return base64.b64decode(one.content, validate=True)
    except binascii.Error as error:
        raise Problem("bad-body", f"attachments: {one.filename[:100]!r} is not base64: {error}.") from None


def _mailboxes(field: str, values: list[str]) -> list[Address]:
    """Return mailboxes as objects: the header then quotes and encodes what needs it."""
    found = []
    for name, address in getaddresses(values):
        local, at, domain = address.rpartition("@")
        if not (local and at and domain) or _CONTROL.search("".join(values)):
            raise Problem("bad-body", f"{field}: {', '.join(values)[:100]!r} is not a list of addresses.")
        found.append(Address(name, local, domain))  # not as an addr-spec: that would have to be ASCII
    return found


def _envelope(mail: Compose) -> Envelope:
    senders = [address for _, address in getaddresses([mail.from_]) if address]
    mail_from = (senders[0] if senders else "") if mail.mail_from is None else mail.mail_from
    named = [address for _, address in getaddresses([*mail.to, *mail.cc, *mail.bcc]) if address]
    rcpt_to = named if mail.rcpt_to is None else mail.rcpt_to
    return Envelope(mail_from, tuple(Recipient(address) for address in dict.fromkeys(rcpt_to)))


def _ascii(mail: Compose) -> bool:
    addresses = [address for _, address in getaddresses([mail.from_, *mail.to, *mail.cc, *mail.reply_to])]
    return all(address.isascii() for address in addresses)
