r"""What the server says (RFC 3501 §7), as bytes. One response is one bytes object, its CRLF with it.

The caller writes it in one piece: a client that reads line by line must never see half of one. Text and response codes
come from our own words; whatever comes from a client or from mail goes through `string`, `astring` or `mailbox`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from mailcatch.imap.names import encode_name
from mailcatch.imap.sets import compressed
from mailcatch.store.mailbox_api import Copied, Range

Condition = Literal["OK", "NO", "BAD"]
UntaggedCondition = Literal["OK", "NO", "BAD", "BYE", "PREAUTH"]

SEPARATOR = b'"/"'
_ATOM = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\\]]+")
_QUOTABLE = re.compile(rb"[^\x00\r\n\x80-\xff]*")
_TO_ESCAPE = re.compile(rb"([\"\\])")
_LONGEST_QUOTED = 1_000  # RFC 2683 §3.2.1.5: clients have line buffers
_TEXT = re.compile(r"[^ -~]+")


def tagged(tag: str, condition: Condition, text: str, code: str | bytes | None = None) -> bytes:
    """Return the answer that ends a command; `code` is a response code without its brackets."""
    return b"%s %s" % (tag.encode("ascii"), _condition(condition, text, code))


def untagged(condition: UntaggedCondition, text: str, code: str | bytes | None = None) -> bytes:
    """Return a condition that belongs to no command."""
    return b"* %s" % _condition(condition, text, code)


def continuation(text: str = "go on") -> bytes:
    """Return `+`: the client may send its literal, or its line after IDLE."""
    return b"+ %s\r\n" % _plain(text)


def challenge(encoded: bytes) -> bytes:
    """Return `+` with a challenge of SASL, in base64; an empty one keeps its blank (RFC 3501 §7.5)."""
    return b"+ %s\r\n" % encoded


def capability(names: Sequence[str]) -> bytes:
    """Return `* CAPABILITY`."""
    return b"* %s\r\n" % capability_code(names)


def capability_code(names: Sequence[str]) -> bytes:
    """Return CAPABILITY as it stands in an answer or a response code."""
    return b"CAPABILITY %s" % " ".join(names).encode("ascii")


def exists(count: int) -> bytes:
    """Return `* n EXISTS`."""
    return b"* %d EXISTS\r\n" % count


def recent(count: int) -> bytes:
    """Return `* n RECENT`."""
    return b"* %d RECENT\r\n" % count


def expunge(number: int) -> bytes:
    """Return `* n EXPUNGE`; `number` is the sequence number at this moment."""
    return b"* %d EXPUNGE\r\n" % number


def flags(listed: bytes) -> bytes:
    """Return `* FLAGS`; the list comes from `flags.format_flags`."""
    return b"* FLAGS %s\r\n" % listed


def enabled(names: Iterable[str]) -> bytes:
    """Return `* ENABLED` (RFC 5161 §3.2); nothing but the word if nothing was."""
    return b"* %s\r\n" % " ".join(["ENABLED", *names]).encode("ascii")


def identification(fields: Mapping[str, str]) -> bytes:
    """Return `* ID` (RFC 2971)."""
    pairs = b" ".join(b"%s %s" % (string(name.encode()), string(value.encode())) for name, value in fields.items())
    return b"* ID (%s)\r\n" % pairs


def namespace() -> bytes:
    """Return `* NAMESPACE` (RFC 2342): one personal one without a prefix."""
    return b'* NAMESPACE (("" %s)) NIL NIL\r\n' % SEPARATOR


def listed(name: str, attributes: Iterable[str], *, kind: Literal["LIST", "LSUB"] = "LIST") -> bytes:
    r"""Return `* LIST` or `* LSUB`; attributes like `\HasNoChildren`, `\Sent`, `\Subscribed`."""
    return b"* %s (%s) %s %s\r\n" % (kind.encode(), " ".join(attributes).encode("ascii"), SEPARATOR, mailbox(name))


def separator() -> bytes:
    r"""Return the answer to LIST "" "": the separator and the root (RFC 3501 §6.3.8)."""
    return b'* LIST (\\Noselect) %s ""\r\n' % SEPARATOR


def status(name: str, items: Iterable[tuple[str, int]]) -> bytes:
    """Return `* STATUS`, its items in the order given."""
    pairs = b" ".join(b"%s %d" % (item.encode("ascii"), value) for item, value in items)
    return b"* STATUS %s (%s)\r\n" % (mailbox(name), pairs)


def fetch(number: int, items: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return `* n FETCH`: (label, value) pairs, the value as it goes over the line."""
    pieces = [b"* %d FETCH (" % number]
    for label, value in items:
        pieces += (label, b" ", value, b" ")
    pieces[-1:] = [b")\r\n"] if len(pieces) > 1 else [pieces[0], b")\r\n"]
    return b"".join(pieces)


def search(numbers: Iterable[int], modseq: int | None = None) -> bytes:
    """Return `* SEARCH`, also of nothing; `modseq` is the highest of what was found (RFC 7162 §3.1.5)."""
    found = b"".join([b" %d" % number for number in numbers])
    highest = b" (MODSEQ %d)" % modseq if modseq is not None and found else b""
    return b"* SEARCH%s%s\r\n" % (found, highest)


def sort(numbers: Iterable[int], modseq: int | None = None) -> bytes:
    """Return `* SORT`, in the order given."""
    return b"* SORT" + search(numbers, modseq)[len(b"* SEARCH") :]


def esearch(
    tag: str,
    numbers: Sequence[int],
    returns: Iterable[str],
    *,
    by_uid: bool,
    modseq: int | None = None,
    ordered: bool = False,
) -> bytes:
    """Return `* ESEARCH` (RFC 4731): of MIN, MAX, ALL and COUNT what was asked for; nothing of what was not found.

    `ordered` is for SORT: MIN and MAX are the first and the last, ALL keeps the order (RFC 5267 §3).
    """
    asked = set(returns)
    words = [b"* ESEARCH (TAG %s)" % string(tag.encode("ascii"))]
    words += [b"UID"] if by_uid else []
    words += _found(numbers, asked, ordered=ordered) if numbers else []
    words += [b"COUNT %d" % len(numbers)] if "COUNT" in asked else []
    words += [b"MODSEQ %d" % modseq] if modseq is not None and numbers else []
    return b" ".join(words) + b"\r\n"


def _found(numbers: Sequence[int], asked: set[str], *, ordered: bool) -> list[bytes]:
    first, last = (numbers[0], numbers[-1]) if ordered else (min(numbers), max(numbers))
    words = [b"MIN %d" % first] if "MIN" in asked else []
    words += [b"MAX %d" % last] if "MAX" in asked else []
    if "ALL" in asked:
        words.append(b"ALL %s" % (_in_order(numbers) if ordered else uid_set(compressed(numbers))))
    return words


def uid_set(ranges: Iterable[Range]) -> bytes:
    """Return ranges as a set: `1:4,7`."""
    return b",".join([b"%d" % low if low == high else b"%d:%d" % (low, high) for low, high in ranges])


def mailbox(name: str) -> bytes:
    """Return the name of a mailbox, encoded and quoted."""
    return string(encode_name(name))


def string(octets: bytes) -> bytes:
    """Return octets as a quoted string, or as a literal where a quoted one cannot hold them."""
    if len(octets) > _LONGEST_QUOTED or not _QUOTABLE.fullmatch(octets):
        return literal(octets)
    return b'"%s"' % (_TO_ESCAPE.sub(rb"\\\1", octets) if b'"' in octets or b"\\" in octets else octets)


def nstring(octets: bytes | None) -> bytes:
    """Return octets as `string` does, None as NIL."""
    return b"NIL" if octets is None else string(octets)


def astring(octets: bytes) -> bytes:
    """Return octets as an atom if they can be one, else as `string` does."""
    return octets if _ATOM.fullmatch(octets) and octets.upper() != b"NIL" else string(octets)


def literal(octets: bytes) -> bytes:
    """Return octets as a literal."""
    return b"{%d}\r\n%s" % (len(octets), octets)


def permanent_flags_code(listed: bytes) -> bytes:
    """Return PERMANENTFLAGS; the list comes from `flags.format_flags`."""
    return b"PERMANENTFLAGS %s" % listed


def number_code(
    name: Literal["UIDVALIDITY", "UIDNEXT", "UNSEEN", "HIGHESTMODSEQ"],
    number: int,
) -> bytes:
    """Return a response code that is a number."""
    return b"%s %d" % (name.encode("ascii"), number)


def appended_code(copied: Copied) -> bytes:
    """Return APPENDUID (RFC 4315)."""
    return b"APPENDUID %d %s" % (copied.uidvalidity, _in_order([target for _, target in copied.pairs]))


def copied_code(copied: Copied) -> bytes | None:
    """Return COPYUID (RFC 4315): both sets in the same order; None if nothing was copied."""
    if not copied.pairs:
        return None
    pairs = sorted(copied.pairs)
    sources, targets = (_in_order([pair[side] for pair in pairs]) for side in (0, 1))
    return b"COPYUID %d %s %s" % (copied.uidvalidity, sources, targets)


def modified_code(numbers: Iterable[int]) -> bytes:
    """Return MODIFIED: the messages that UNCHANGEDSINCE left alone (RFC 7162 §3.1.3)."""
    return b"MODIFIED %s" % uid_set(compressed(numbers))


def _in_order(numbers: Sequence[int]) -> bytes:
    """Return numbers as a set that keeps their order; only what ascends by one is a range."""
    ranges: list[Range] = []
    for number in numbers:
        if ranges and ranges[-1][1] + 1 == number:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return uid_set(ranges)


def _condition(condition: str, text: str, code: str | bytes | None) -> bytes:
    octets = code.encode("ascii") if isinstance(code, str) else code
    bracketed = b"[%s] " % octets if octets else b""
    return b"%s %s%s\r\n" % (condition.encode("ascii"), bracketed, _plain(text))


def _plain(text: str) -> bytes:
    """Return text that no client stumbles over: ASCII, one line, never empty, not taken for a response code."""
    plain = _TEXT.sub("?", text).encode("ascii").lstrip(b"[ ")
    return plain or b"done"
