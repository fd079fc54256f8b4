"""Header fields from raw bytes, decoded one at a time; nothing here raises, nothing is quadratic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from mailcatch.mime.charset import decode_bytes
from mailcatch.mime.transfer import base64_bytes, quoted_bytes
from mailcatch.model import Address, Header

LONGEST_HEADER = 256 << 10

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:((?:[^\r\n]|\r?\n[ \t]|\r(?!\n))*)(?:\r?\n|\Z)")
_END = re.compile(rb"\r?\n|\r")
_ENCODED = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one header block in their order: (name as written, raw value)."""

    items: tuple[tuple[str, bytes], ...]

    def get(self, name: str) -> bytes | None:
        """Return the first value of that name, raw."""
        for known, value in self.items:
            if known.lower() == name:
                return value
        return None

    def all(self, name: str) -> list[bytes]:
        """Return every value of that name, raw."""
        return [value for known, value in self.items if known.lower() == name]


def read_fields(raw: bytes, start: int, end: int) -> tuple[Fields, int, str | None]:
    """Return the fields at `start`, where the body begins, and what is wrong with the block (past a limit)."""
    items: list[tuple[str, bytes]] = []
    position, limit = start, min(end, start + LONGEST_HEADER)
    if raw.startswith(b"From ", position):  # an mbox line
        line_end = _END.search(raw, position, limit)
        position = line_end.end() if line_end else end
    match_field = _FIELD.match
    while position < end:
        match = match_field(raw, position, limit)
        if match is None:
            break
        if match.end() == limit and limit < end:
            return Fields(tuple(items)), position, f"a header block is longer than {LONGEST_HEADER >> 10} KiB"
        items.append((match[1].decode("ascii"), match[2]))
        position = match.end()
    blank = _END.match(raw, position, end)
    return Fields(tuple(items)), blank.end() if blank else position, None


def unfolded(value: bytes) -> str:
    """Return a raw value as one line of text: UTF-8 where it is, Latin-1 where it is not."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return re.sub(r"[\r\n]+", "", text).strip() if "\n" in text or "\r" in text else text.strip()


def decoded(value: bytes | None) -> str:
    """Return a raw value with its encoded words decoded (RFC 2047); "" for None."""
    if value is None:
        return ""
    return decode_words(unfolded(value))


def decode_words(text: str) -> str:
    """Decode the encoded words of a line; what cannot be decoded stays as it is."""
    if "=?" not in text:
        return text
    return _ENCODED.sub(_word, _BETWEEN.sub(r"\1", text))


def _word(match: re.Match[str]) -> str:
    charset, encoding, body = match.groups()
    data = body.encode("utf-8", "replace")
    octets = base64_bytes(data) if encoding in "bB" else quoted_bytes(data.replace(b"_", b" "))
    return decode_bytes(octets, charset.partition("*")[0])


def headers_in(fields: Fields) -> tuple[Header, ...]:
    """Return the fields for showing: name as written, value decoded, raw bytes as Latin-1."""
    return tuple([Header(name, decoded(value), value.decode("latin-1")) for name, value in fields.items])


_PARAM = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))')


def parse_params(value: bytes | None) -> tuple[str, dict[str, str]]:
    """Return the first token of a structured field, lower case, and its parameters (RFC 2045 §5.1, RFC 2231)."""
    if value is None:
        return "", {}
    text = unfolded(value)
    token, semicolon, rest = text.partition(";")
    params: dict[str, str] = {}
    if semicolon:
        for name, quoted, bare in _PARAM.findall(";" + rest):
            content = re.sub(r"\\(.)", r"\1", quoted) if quoted else bare.strip()
            params.setdefault(name.lower(), content)
    return token.strip().lower(), _joined(params) if any("*" in name for name in params) else params


def _joined(params: dict[str, str]) -> dict[str, str]:
    """Put continued and extended parameters together: `name*0*=utf-8''a; name*1=b` (RFC 2231 §3, §4)."""
    plain = {name: value for name, value in params.items() if "*" not in name}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, value in params.items():
        base, star, rest = name.partition("*")
        if star:
            number = rest.rstrip("*")
            if not number or (number.isdecimal() and len(number) < 6):
                pieces.setdefault(base, []).append((int(number or 0), name.endswith("*"), value))
    for base, found in pieces.items():
        found.sort(key=lambda piece: piece[0])
        charset, data = "utf-8", b""
        for place, extended, value in found:
            text = value
            if extended and place == found[0][0] and value.count("'") >= 2:
                charset, _, text = value.split("'", 2)
            octets = text.encode("utf-8", "replace")
            data += unquote_to_bytes(octets) if extended else octets
        plain[base] = decode_bytes(data, charset)
    return plain


def date_of(value: bytes | None) -> int | None:
    """Return a Date field in milliseconds since 1970, None if it cannot be read."""
    if value is None:
        return None
    try:
        moment = parsedate_to_datetime(unfolded(value)[:200])
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return int(moment.timestamp() * 1000)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


_MOST_ADDRESSES = 2_000
_ADDRESS_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|\((?:[^()\\]|\\.)*\)?|<[^>]*>?|[,;:]|[^"(<,;:]+')


def addresses_of(values: list[bytes]) -> tuple[Address, ...]:
    """Return the mailboxes of address fields (RFC 5322 §3.4), groups opened, tolerant of what is not one."""
    found: list[Address] = []
    for value in values:
        text = unfolded(value)
        if "," not in text and ";" not in text and "(" not in text and (one := _simple(text)) is not None:
            found.append(one)
        elif text:
            found += _listed(text)
        if len(found) >= _MOST_ADDRESSES:
            break
    return tuple(found[:_MOST_ADDRESSES])


_SIMPLE = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^"<>]*?))\s*<\s*([^<>\s]*)\s*>\s*\Z|\s*([^\s<>"]+@[^\s<>"]+)\s*\Z')


def _simple(text: str) -> Address | None:
    match = _SIMPLE.match(text)
    if match is None or ":" in (match[2] or ""):
        return None
    if match[4] is not None:
        return None if ":" in match[4] else Address("", match[4])
    name = re.sub(r"\\(.)", r"\1", match[1]) if match[1] is not None else match[2]
    return Address(decode_words(name), match[3])


def _listed(text: str) -> list[Address]:
    found: list[Address] = []
    name: list[str] = []
    address: str | None = None
    comment = ""

    def close() -> None:
        nonlocal address, comment
        bare = "".join(name).strip()
        if address is None and "@" in bare and not bare.startswith('"'):
            found.append(Address(decode_words(comment), bare.replace(" ", "")))
        elif address is not None or bare:
            found.append(Address(decode_words(_phrase(name) or (comment if address else "")), address or bare))
        name.clear()
        address, comment = None, ""

    for piece in _ADDRESS_TOKEN.findall(text):
        if piece in ",;":
            close()
        elif piece == ":":
            if address is None and "@" not in "".join(name):
                name.clear()  # the name of a group
            else:
                name.append(piece)
        elif piece.startswith("<"):
            address = piece.strip("<> \t").rpartition(":")[2] if piece.startswith("<@") else piece.strip("<> \t")
        elif piece.startswith("("):
            comment = re.sub(r"\\(.)", r"\1", piece.strip("()"))
        else:
            name.append(piece)
        if len(found) >= _MOST_ADDRESSES:
            return found
    close()
    return found


def _phrase(pieces: list[str]) -> str:
    parts = [re.sub(r"\\(.)", r"\1", piece.strip('"')) if piece.startswith('"') else piece for piece in pieces]
    return " ".join("".join(parts).split())
