"""IMAP's BODYSTRUCTURE beside ENVELOPE: what clients ask of every message, cut once (RFC 3501 §7.4.2)."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote_from_bytes

from mailcatch.mime.envelope import NIL, envelope_of, nstring, string, unfolded
from mailcatch.mime.headers import Fields, read_fields
from mailcatch.mime.structure import scan
from mailcatch.model import Part

_PARAM = re.compile(rb';\s*+([^\s=;"(]++)\s*+=\s*+(?:"((?:[^"\\]++|\\.)*+)"?+|([^;]*+))', re.DOTALL)
_QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL)
_TOKEN = re.compile(rb'[^\s;,()"]*+')
_NUMBERED = re.compile(rb"([^*]+)\*([0-9]{1,5})(\*?)")
_LANGUAGE = re.compile(rb"[A-Za-z0-9-]++")
_EMPTY = b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL)'
"""A part where there must be one and is none."""

_NO_ENVELOPE = b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"
_MESSAGES = frozenset({"message/rfc822", "message/global"})
_SHORT = 128
"""Octets of a Content-Type whose words are kept: most mails say the same few, and spelling them is half of the work."""


def shape_of(raw: bytes) -> tuple[bytes, bytes]:
    """Return ENVELOPE and BODYSTRUCTURE of a message, with its extension data; never raises for what it contains."""
    scanned = scan(raw)
    return cut_shape(raw, scanned.root, scanned.fields)


def cut_shape(raw: bytes, root: Part, fields: Fields) -> tuple[bytes, bytes]:
    """Return the same for a message that was scanned; `fields` are those of its own header."""
    return envelope_of(fields), _structure(raw, root, fields)


def _structure(raw: bytes, part: Part, fields: Fields) -> bytes:
    value = fields.get(b"content-type")
    if part.content_type.startswith("multipart/"):
        children = b"".join([_structure(raw, child, _fields(raw, child)) for child in part.children]) or _EMPTY
        subtype = part.content_type[len("multipart/") :].encode("ascii", "replace")
        return b"(%s %s %s %s)" % (children, string(subtype), _parameters(value), _placement(fields))
    known = value is None or len(value) <= _SHORT
    typed = (_typed if known else _typed.__wrapped__)(part.content_type, part.charset is None, value)
    words = [
        typed,
        nstring(fields.get(b"content-id")),
        nstring(fields.get(b"content-description")),
        string(part.encoding.encode("ascii", "replace")),
        b"%d" % part.length,
    ]
    if part.content_type in _MESSAGES:
        words += _message(raw, part)
    if part.content_type.startswith("text/") or part.content_type in _MESSAGES:
        words.append(b"%d" % part.lines)
    return b"(%s %s %s)" % (b" ".join(words), nstring(fields.get(b"content-md5")), _placement(fields))


def _message(raw: bytes, part: Part) -> tuple[bytes, bytes]:
    if not part.children:  # encoded, or beyond a limit: it was not looked into
        return _NO_ENVELOPE, _EMPTY
    inner = part.children[0]
    fields = _fields(raw, inner)
    return envelope_of(fields), _structure(raw, inner, fields)


def _fields(raw: bytes, part: Part) -> Fields:
    return read_fields(raw, part.header_offset, part.offset).fields


@lru_cache(256)
def _typed(content_type: str, bare: bool, value: bytes | None) -> bytes:
    """Return type, subtype and parameters of a leaf; text without a charset is US-ASCII (RFC 2045 §5.2)."""
    kind, _, subtype = content_type.encode("ascii", "replace").partition(b"/")
    params = _parameters(value)
    if kind == b"text" and bare and b'"charset' not in params.lower():
        default = b'"charset" "us-ascii"'
        params = b"(%s)" % default if params == NIL else params[:-1] + b" " + default + b")"
    return b"%s %s %s" % (string(kind), string(subtype), params)


def _parameters(value: bytes | None) -> bytes:
    """Return the parameters of a structured field in their order, continued ones put together, none decoded."""
    if value is None or b"=" not in value:
        return NIL
    found = [
        (name, _QUOTED_PAIR.sub(rb"\1", quoted) if quoted else bare.strip())
        for name, quoted, bare in _PARAM.findall(unfolded(value))
    ]
    if b"*" in value:
        found = _continued(found)
    words = [b"%s %s" % (string(name), string(written)) for name, written in found]
    return b"(%s)" % b" ".join(words) if words else NIL


def _continued(params: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Put `name*0*=utf-8''a; name*1=b` together to `name*=utf-8''ab` (RFC 2231 §3, §4.1; for IMAP §6).

    What is not numbered from 0 without a gap stays as it is written.
    """
    pieces: dict[bytes, dict[int, tuple[bool, bytes]]] = {}
    for name, written in params:
        if numbered := _NUMBERED.fullmatch(name):
            pieces.setdefault(numbered[1].lower(), {}).setdefault(int(numbered[2]), (bool(numbered[3]), written))
    whole = {base: _whole(found) for base, found in pieces.items() if set(found) == set(range(len(found)))}
    joined: list[tuple[bytes, bytes]] = []
    for name, written in params:
        numbered = _NUMBERED.fullmatch(name)
        if numbered is None or numbered[1].lower() not in whole:
            joined.append((name, written))
        elif int(numbered[2]) == 0:
            star, value = whole[numbered[1].lower()]
            joined.append((numbered[1] + star, value))
    return joined


def _whole(pieces: dict[int, tuple[bool, bytes]]) -> tuple[bytes, bytes]:
    """Return `*` if any piece is extended, and all in their order; beside such a one the others are spelt like it."""
    extended = any(is_extended for is_extended, _ in pieces.values())
    values = [
        written if is_extended or not extended else quote_from_bytes(written, safe="!#$&+-.^_`{}|~").encode("ascii")
        for _, (is_extended, written) in sorted(pieces.items())
    ]
    return b"*" * extended, b"".join(values)


def _placement(fields: Fields) -> bytes:
    """Return disposition, language and location."""
    return b" ".join((_disposition(fields), _language(fields), nstring(fields.get(b"content-location"))))


def _disposition(fields: Fields) -> bytes:
    value = fields.get(b"content-disposition")
    token = _TOKEN.match(unfolded(value)) if value is not None else None
    if value is None or token is None or not token[0]:
        return NIL
    return b"(%s %s)" % (string(token[0].lower()), _parameters(value))


def _language(fields: Fields) -> bytes:
    value = fields.get(b"content-language")
    found = _LANGUAGE.findall(unfolded(value)) if value is not None else []
    return b"(%s)" % b" ".join(map(string, found)) if found else NIL
