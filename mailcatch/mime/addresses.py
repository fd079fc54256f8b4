"""Address fields (RFC 5322 §3.4), tolerant of everything that mail has in their place; linear, never raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailcatch.mime.headers import decode_words, unfolded
from mailcatch.model import Address

MOST_ADDRESSES = 2_000
"""Of one kind of field; what follows is left out."""

_ONE = re.compile(
    r'(?:"([^"\\]*+)"\s*+|([^"(),:;<>\\@]*+))<\s*+([^"(),:;<>\\\s]*+)\s*+>\Z'  # name <a@b>
    r'|([^"(),:;<>\\\s]++)\Z'  # a@b
)
_TOKEN = re.compile(
    r'"(?:[^"\\]++|\\.)*+"?+'  # a quoted string
    # an address, its source route (RFC 5322 §4.4) included
    r'|<(?:@[^<>:]*+:)?+(?:"(?:[^"\\]++|\\.)*+"|[^<>,"]++)*+>?+'
    r'|[(),;:]|\\.?+|>|[^"(),:;<>\\]++',
    re.DOTALL,
)
_COMMENT = re.compile(r"[()]|\\.?+|[^()\\]++", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


def addresses_of(values: Iterable[bytes]) -> tuple[Address, ...]:
    """Return the mailboxes of address fields in their order, groups opened."""
    found: list[Address] = []
    for value in values:
        text = unfolded(value)
        one = _ONE.match(text)
        if one is not None:
            quoted, name, angled, bare = one.groups()
            shown = quoted if quoted is not None else (name or "").strip()
            found.append(Address(decode_words(shown), angled if bare is None else bare))
        elif text:
            found += _List(text).mailboxes(MOST_ADDRESSES - len(found))
        if len(found) >= MOST_ADDRESSES:
            break
    return tuple(found[:MOST_ADDRESSES])


class _List:
    """One field with more than one plain mailbox in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._forget()

    def _forget(self) -> None:
        self._phrase: list[str] = []
        self._angled: str | None = None
        self._comments: list[str] = []

    def mailboxes(self, most: int) -> list[Address]:
        """Return the mailboxes of the field, `most` and a few at most."""
        found: list[Address] = []
        for piece in self._pieces():
            if piece in ",;":
                found += self._mailbox()
                if len(found) >= most:
                    return found
            else:
                self._take(piece)
        return [*found, *self._mailbox()]

    def _pieces(self) -> Iterator[str]:
        while (match := _TOKEN.match(self._text, self._position)) is not None:
            self._position = match.end()
            yield match[0]

    def _take(self, piece: str) -> None:
        if piece == "(":
            self._comments.append(self._comment())
        elif piece[0] == "<" and self._angled is None:
            address = piece.strip("<> \t")
            self._angled = _squeezed(address.rpartition(":")[2] if address.startswith("@") else address)
        elif piece == ":" and self._angled is None and not any("@" in each for each in self._phrase):
            self._phrase.clear()  # that was the name of a group
        else:
            self._phrase.append(piece)

    def _comment(self) -> str:
        """Read up to the parenthesis that closes the one just read; comments nest."""
        depth, pieces = 1, []
        while (match := _COMMENT.match(self._text, self._position)) is not None:
            self._position = match.end()
            depth += (match[0] == "(") - (match[0] == ")")
            if not depth:
                break
            pieces.append(match[0])
        return _QUOTED_PAIR.sub(r"\1", "".join(pieces)).strip()

    def _mailbox(self) -> list[Address]:
        """Return the mailbox read so far, none if there was nothing, and begin the next."""
        name, bare = _unquoted(self._phrase), "".join(self._phrase).strip()
        comment, angled = " ".join(self._comments), self._angled
        self._forget()
        if angled is not None:
            shown = f"{name} ({comment})" if name and comment else name or comment
            return [Address(decode_words(shown), angled)]
        if "@" not in bare:
            return [Address(decode_words(comment), name)] if name else []
        before, _, last = bare.rpartition(" ")
        if before and not bare.startswith('"') and last.find("@") > 0 and "@" not in before and not last.endswith("@"):
            return [Address(decode_words(before.strip()), last)]  # Bob bob@x.test
        return [Address(decode_words(comment), _squeezed(bare))]


def _unquoted(pieces: list[str]) -> str:
    plain = [
        _QUOTED_PAIR.sub(r"\1", piece[1:-1] if piece[-1:] == '"' and len(piece) > 1 else piece[1:])
        if piece[0] == '"'
        else piece
        for piece in pieces
    ]
    return " ".join("".join(plain).split())


def _squeezed(address: str) -> str:
    """Take the white space out that may stand around the dots and the @ of an address; what is no address stays."""
    if '"' in address:
        return address
    for mark in ".@":
        address = mark.join([piece.strip() for piece in address.split(mark)])
    return address
