"""One mail read twice. Where the two differ, the reason is tested for, not assumed: what has none is a failure."""

from __future__ import annotations

import binascii
import email
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

from mailcatch.mime.addresses import addresses_of
from mailcatch.mime.headers import Fields, decoded
from mailcatch.mime.parts import decoded as body_of
from mailcatch.mime.parts import text_in
from mailcatch.mime.structure import scan
from mailcatch.mime.text import text_of_html
from mailcatch.model import Part

try:
    from selectolax.lexbor import LexborHTMLParser
except ImportError:  # it is an oracle for text of HTML, where it is installed
    LexborHTMLParser = None  # type: ignore[assignment, misc]

MESSAGES = ("message/rfc822", "message/global")
ADDRESS_FIELDS = ("from", "sender", "reply-to", "to", "cc")
_LENIENT = {"strict": False} if "strict" in inspect.signature(getaddresses).parameters else {}


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, and why it may; `reason` is None where it may not."""

    what: str
    ours: object
    theirs: object
    reason: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """The same part in both readings."""

    ours: Part
    theirs: Message


def differences(raw: bytes) -> list[Difference]:
    """Read `raw` both ways and return how the readings differ."""
    theirs = email.message_from_bytes(raw, policy=policy.compat32)
    root, fields, error = scan(raw)
    if error:
        return [Difference("limit", error, None, None)]
    pairs, found = paired(root, theirs)
    for pair in pairs:
        if not pair.ours.children:
            found += [*body(raw, pair), *name(pair)]
        if pair.ours.content_type == "text/html":
            found += html_text(raw, pair.ours)
    return [*found, *subject(fields, theirs), *people(fields, theirs)]


def paired(root: Part, theirs: Message) -> tuple[list[Pair], list[Difference]]:
    """Walk both trees at once; where they part, neither goes deeper."""
    pairs: list[Pair] = []
    found: list[Difference] = []
    waiting = [Pair(root, theirs)]
    while waiting:
        pair = waiting.pop()
        ours, their_type, parts = pair.ours, pair.theirs.get_content_type(), parts_of(pair.theirs)
        if ours.content_type != their_type:
            found.append(Difference("type", ours.content_type, their_type, type_reason(their_type)))
        if len(ours.children) != len(parts):
            found.append(Difference("parts", len(ours.children), len(parts), parts_reason(ours, pair.theirs)))
        else:
            pairs.append(pair)
            waiting += [Pair(*both) for both in zip(ours.children, parts, strict=True)]
    return pairs, found


def parts_of(message: Message) -> list[Message]:
    """Return the parts inside a part, as both readings understand them."""
    inside = message.get_payload() if message.is_multipart() else []
    return [each for each in inside if isinstance(each, Message)]


def type_reason(theirs: str) -> str | None:
    """Return why a content type may differ."""
    return "they take what follows a type without a semicolon into the type" if re.search(r"[\s(]", theirs) else None


def parts_reason(ours: Part, theirs: Message) -> str | None:
    """Return why the number of parts may differ."""
    if ours.content_type.startswith("message/") and ours.content_type not in MESSAGES:
        return "only message/rfc822 and message/global hold a message: other message types are bodies to us"
    return None


def body(raw: bytes, pair: Pair) -> Iterator[Difference]:
    """Compare a decoded body, and its size with its length."""
    ours, theirs = body_of(raw, pair.ours), pair.theirs.get_payload(decode=True)
    if len(ours) != pair.ours.size:
        yield Difference("size", pair.ours.size, len(ours), None)
    if isinstance(theirs, bytes) and ours != theirs:
        slice_ = raw[pair.ours.offset : pair.ours.offset + pair.ours.length]
        yield Difference("body", ours[-80:], theirs[-80:], body_reason(pair.ours, slice_, ours, theirs))


def body_reason(part: Part, sent: bytes, ours: bytes, theirs: bytes) -> str | None:
    """Return why a decoded body may differ."""
    encoding = part.encoding
    if part.content_type.startswith("multipart/"):
        return "a multipart without parts: to us its body is all that stands in it"
    if encoding == "quoted-printable" and ours == binascii.a2b_qp(re.sub(rb"[ \t]+(?=\r?\n|\Z)", b"", sent)):
        return "blanks at the end of a quoted-printable line go (RFC 2045 §6.7 rule 3)"
    if encoding == "base64" and theirs == b"".join(sent.splitlines()):
        return "base64 with a letter too many: they give up decoding"
    if ours in (theirs + b"\n", theirs + b"\r\n", theirs + b"\r"):
        return "without a closing delimiter the last line end is the part's: they cut it off"
    return None


def name(pair: Pair) -> Iterator[Difference]:
    """Compare the file name."""
    theirs = pair.theirs.get_filename()
    value = words(theirs) if isinstance(theirs, str) else theirs
    if (pair.ours.filename or None) != (value or None):
        eight_bit = isinstance(value, str) and "\ufffd" in value
        yield Difference("filename", pair.ours.filename, value, EIGHT_BIT if eight_bit else None)


EIGHT_BIT = "an 8-bit header is decoded, to them it is unknown"
CHARSET = "a character set that they do not know, or its superset that the sender meant"
SPACING = "white space: theirs stands around each encoded word and inside of addresses"


def words(text: str) -> str:
    """Decode encoded words as the standard library does; what it fails on stays."""
    try:
        return str(make_header(decode_header(text)))
    except (UnicodeError, LookupError, ValueError):
        return text


def subject(fields: Fields, theirs: Message) -> Iterator[Difference]:
    """Compare the decoded subject."""
    value = theirs["subject"]
    expected = "" if value is None else one_line(words(str(value)))
    ours = decoded(fields.get(b"subject"))
    if ours != expected:
        yield Difference("subject", ours, expected, text_reason(fields.get(b"subject") or b"", ours, expected))


def one_line(text: str) -> str:
    """Unfold a text."""
    return re.sub(r"[\r\n]+", "", text).strip()


def text_reason(raw: bytes, ours: str, theirs: str) -> str | None:
    """Return why the text of a header may differ."""
    if not raw.isascii():
        return EIGHT_BIT
    if "".join(ours.split()) == "".join(theirs.split()):
        return SPACING
    if b"=?" in raw and re.search("[\ufffd\x80-\x9f]|=\\?", theirs):
        return CHARSET
    return None


def people(fields: Fields, theirs: Message) -> Iterator[Difference]:
    """Compare the mailboxes of each address field."""
    for field in ADDRESS_FIELDS:
        values = [str(value) for value in theirs.get_all(field, [])]
        expected = [(spaced(words(name)), address) for name, address in getaddresses(values, **_LENIENT)]
        expected = [pair for pair in expected if any(pair)]
        raw = fields.all(field.encode())
        ours = [(spaced(each.name), each.address) for each in addresses_of(raw) if each.name or each.address]
        if ours != expected:
            yield Difference(field, ours, expected, people_reason(b",".join(raw), ours, expected))


def spaced(text: str) -> str:
    """Return a text with single blanks."""
    return " ".join(text.split())


Mailboxes = list[tuple[str, str]]


def people_reason(raw: bytes, ours: Mailboxes, theirs: Mailboxes) -> str | None:
    """Return why mailboxes may differ."""
    if reason := text_reason(raw, repr(ours), repr(theirs)):
        return reason
    if b"((" in raw:
        return "a comment inside a comment keeps its parentheses"
    if any("@" in name for name, _ in ours):
        return "a name may hold an @: they make a mailbox of it"
    written = "".join(raw.decode().split())
    kept = all("".join(address.split()) in written for _, address in ours)
    broken = any(not re.fullmatch(r"[^@\s]+@[^@\s]+", address) for _, address in ours + theirs)
    return "what is no address is shown as it is written" if kept and broken else None


def html_text(raw: bytes, part: Part) -> Iterator[Difference]:
    """Compare the text of HTML with that of a browser's tree."""
    if LexborHTMLParser is None:
        return
    html = text_in(raw, part)
    tree = LexborHTMLParser(html)
    tree.strip_tags(["script", "style", "template", "title", "iframe", "noembed", "noframes"])
    ours, theirs = ("".join(text.split()) for text in (text_of_html(html), tree.root.text() if tree.root else ""))
    if ours != theirs:
        yield Difference("html text", ours[:200], theirs[:200], html_reason(html, ours, theirs))


def html_reason(html: str, ours: str, theirs: str) -> str | None:
    """Return why the text of HTML may differ."""
    if sorted(ours) == sorted(theirs):
        return "a tree moves text that stands between a table's cells"
    return "a frameset has no text in a tree" if "<frameset" in html.lower() else None
