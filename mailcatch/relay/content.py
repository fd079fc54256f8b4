"""What goes over the wire: the message with its dots stuffed, and addresses as commands spell them."""

from __future__ import annotations

import re

from mailcatch.relay.domains import BadDomain, ascii_domain

_UNCLEAN = re.compile("[\0-\x1f\x7f<>\ud800-\udfff]")
_LINE_END = re.compile(rb"\r\n|\r|\n")


class BadAddress(ValueError):
    """An address that no command may hold."""


def stuffed(content: bytes) -> bytes:
    """Return a message as it goes over the wire, without its end: every line ends with CRLF, no line is a lone dot.

    A lone CR or LF becomes CRLF: what one server takes for content, another takes for the end of a line, and a second
    message could be smuggled in between (RFC 5321 §2.3.8, §4.5.2).
    """
    if content.count(b"\r\n") != content.count(b"\n") or content.count(b"\r\n") != content.count(b"\r"):
        content = _LINE_END.sub(b"\r\n", content)
    if not content.endswith(b"\r\n") and content:
        content += b"\r\n"
    if content.startswith(b"."):
        content = b"." + content
    return content.replace(b"\r\n.", b"\r\n..")


def path_of(address: str) -> str:
    """Return an address as a command spells it, its domain as A-label. Raises BadAddress."""
    local, at, domain = address.rpartition("@")
    if _UNCLEAN.search(address):
        raise BadAddress("an address has characters that no command may hold")
    if not at:
        return address
    try:
        return f"{local}@{ascii_domain(domain)}"
    except BadDomain:
        return address  # a sender's own; whether it will do is the server's to say


def needs_utf8(address: str) -> bool:
    """Tell whether an address can go only by SMTPUTF8: its local part is not ASCII (RFC 6531 §3.2)."""
    local, at, domain = address.rpartition("@")
    return not (local if at else domain).isascii()


def has_utf8_header(content: bytes) -> bool:
    """Tell whether the header is internationalised: UTF-8 beyond ASCII (RFC 6532); no other 8-bit text is."""
    header = content[: content.find(b"\r\n\r\n") + 1 or len(content)]
    if header.isascii():
        return False
    try:
        header.decode()
    except UnicodeDecodeError:
        return False
    return True
