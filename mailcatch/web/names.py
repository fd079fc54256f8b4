"""What a mail calls its parts, made safe for a header of ours: a name is data, never a path and never markup."""

from __future__ import annotations

import re
from urllib.parse import quote

SHOWN_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
"""The only types of a mail that are shown as what they say they are."""

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_KEPT = SHOWN_IMAGES | {"application/pdf", "application/zip", "text/plain", "text/csv", "text/calendar"}
# Controls, line separators, bidirectional overrides (a name that reads backwards hides its ending), surrogates
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNQUOTABLE = re.compile(r"[^ !#-\[\]-~]")
_CHARSET = re.compile(r"[A-Za-z0-9_.:-]{1,40}\Z")


def safe_name(name: str | None, otherwise: str) -> str:
    """Return a file name without folders, controls and leading dots; `otherwise` if nothing is left."""
    base = re.split(r"[/\\]", _UNWANTED.sub("", name or ""))[-1]
    return base.strip(" .")[:150] or otherwise


def disposition(kind: str, name: str) -> str:
    """Return a Content-Disposition (RFC 6266): the name in ASCII, and whole as `filename*` where that differs."""
    plain = _UNQUOTABLE.sub("_", name)
    extended = f"; filename*=UTF-8''{quote(name, safe='')}" if plain != name else ""
    return f'{kind}; filename="{plain}"{extended}'


def picture_type(data: bytes) -> str | None:
    """Return the type of a picture by its first bytes, None if it is none that is shown.

    Mails call their pictures `image/jpg` or `application/octet-stream`; what browsers go by is this.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis"):
        return "image/avif"
    return next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)


def served_type(content_type: str, charset: str | None) -> str:
    """Return the type a part is served with: its own if that can do no harm on our origin, else octet-stream."""
    if content_type not in _KEPT:
        return "application/octet-stream"
    if not content_type.startswith("text/"):
        return content_type
    return f"{content_type}; charset={charset if charset and _CHARSET.match(charset) else 'utf-8'}"
