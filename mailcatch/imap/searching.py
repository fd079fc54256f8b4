"""SEARCH and SORT (RFC 3501 §6.4.4; ESEARCH, RFC 4731; SORT, RFC 5256; MODSEQ, RFC 7162 §3.1.5).

Keys are read in one pass. OR and NOT are prefixes that real clients stack by the hundred, so they are read in loops;
only parentheses nest, to a bound.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import get_args

from mailcatch import model
from mailcatch.imap.commands import Command, ReturnOption, Search, Sort, SortField, SortKey
from mailcatch.imap.dates import parse_date
from mailcatch.imap.keys import AllOf, AnyOf, InSet, Not, Recent, SearchKey
from mailcatch.imap.problem import Problem
from mailcatch.imap.scanner import HIGHEST_NUMBER_64, Scanner
from mailcatch.search import criteria

_RETURNS: dict[str, ReturnOption] = {name: name for name in get_args(ReturnOption)}
_SORT_FIELDS: dict[str, SortField | None] = {name: name for name in get_args(SortField)} | {"REVERSE": None}
_CHARSETS = frozenset({"UTF-8", "US-ASCII"})
_DEEPEST = 50
_MOST_KEYS = 500
_SORT_KEYS = 20

_FLAGS = {
    "ANSWERED": model.ANSWERED,
    "DELETED": model.DELETED,
    "DRAFT": model.DRAFT,
    "FLAGGED": model.FLAGGED,
    "SEEN": model.SEEN,
}


def parse_search(scanner: Scanner, *, by_uid: bool) -> Command:
    """Read what follows SEARCH. Raises Problem."""
    scanner.space()
    returns = _returns(scanner)
    if scanner.text[scanner.position : scanner.position + 8].upper() == b"CHARSET ":
        scanner.position += 8
        _charset(scanner)
        scanner.space()
    keys = _Keys(scanner)
    return Search(by_uid, keys.read(), returns, keys.modseq)


def parse_sort(scanner: Scanner, *, by_uid: bool) -> Command:
    """Read what follows SORT. Raises Problem."""
    scanner.space()
    returns = _returns(scanner)
    order = scanner.parenthesized(lambda: _sort_key(scanner))
    if not order or len(order) > _SORT_KEYS:
        raise Problem(f"SORT takes from 1 to {_SORT_KEYS} criteria")
    scanner.space()
    _charset(scanner)
    scanner.space()
    keys = _Keys(scanner)
    return Sort(by_uid, tuple(order), keys.read(), returns, keys.modseq)


def _returns(scanner: Scanner) -> frozenset[ReturnOption] | None:
    if scanner.text[scanner.position : scanner.position + 7].upper() != b"RETURN ":
        return None
    scanner.position += 7

    options = frozenset(scanner.parenthesized(lambda: scanner.one_of(_RETURNS, "a return option")))
    scanner.space()
    return options or frozenset({"ALL"})


def _charset(scanner: Scanner) -> None:
    if scanner.text_of("a charset").upper() not in _CHARSETS:
        raise Problem("text to look for is taken in UTF-8 or US-ASCII", "NO", "BADCHARSET (UTF-8)")


def _sort_key(scanner: Scanner) -> SortKey:
    field = scanner.one_of(_SORT_FIELDS, "a criterion of SORT")
    if field is not None:
        return SortKey(field)
    scanner.space()
    field = scanner.one_of(_SORT_FIELDS, "a criterion of SORT")
    if field is None:
        raise scanner.problem("a criterion after one REVERSE")
    return SortKey(field, reverse=True)


class _Keys:
    """Reads the keys that are left of a command."""

    def __init__(self, scanner: Scanner) -> None:
        self.modseq = False
        self._scanner = scanner
        self._count = 0
        self._depth = 0

    def read(self) -> SearchKey:
        """Read keys up to the end of the command, or to the parenthesis that ends them."""
        keys = [self._key()]
        while self._scanner.more():
            keys.append(self._key())
        return keys[0] if len(keys) == 1 else AllOf(tuple(keys))

    def _key(self) -> SearchKey:
        """Read one key. `OR OR a b c`, `OR a OR b c`: however they nest, it is one AnyOf."""
        operands: list[SearchKey] = []
        missing = 1
        while missing:
            if operands or missing > 1:
                self._scanner.space()
            negated = self._negations()
            if not negated and self._prefix(b"OR"):
                missing += 1
                continue
            key = self._single()
            operands.append(Not(key) if negated else key)
            missing -= 1
        return operands[0] if len(operands) == 1 else AnyOf(tuple(operands))

    def _negations(self) -> bool:
        negated = False
        while self._prefix(b"NOT"):
            self._scanner.space()
            negated = not negated
        return negated

    def _prefix(self, name: bytes) -> bool:
        scanner = self._scanner
        end = scanner.position + len(name)
        if scanner.text[scanner.position : end].upper() != name or scanner.text[end : end + 1] != b" ":
            return False
        self._counted()
        scanner.position = end
        return True

    def _counted(self) -> None:
        self._count += 1
        if self._count > _MOST_KEYS:
            raise Problem(f"a search has at most {_MOST_KEYS} keys", "NO", "LIMIT")

    def _single(self) -> SearchKey:
        scanner = self._scanner
        self._counted()
        if scanner.looking_at(b"("):
            return self._group()
        if scanner.text[scanner.position : scanner.position + 1] in _SET_STARTS:
            return InSet(scanner.sequence_set(), by_uid=False)
        start = scanner.position
        name = scanner.word("a search key")
        if name in _FIXED:
            return _FIXED[name]
        if name == "OR":
            return self._negated_or()
        if name not in _WITH_ARGUMENT:
            scanner.position = start
            raise scanner.problem("a search key")
        scanner.space()
        self.modseq = self.modseq or name == "MODSEQ"
        return _WITH_ARGUMENT[name](scanner)

    def _negated_or(self) -> SearchKey:
        """Read the operands of an OR that NOT stands before."""
        with _Deeper(self):
            self._scanner.space()
            first = self._key()
            self._scanner.space()
            return AnyOf((first, self._key()))

    def _group(self) -> SearchKey:
        with _Deeper(self):
            self._scanner.expect(b"(")
            key = self.read()
            self._scanner.expect(b")")
            return key

    def deeper(self, by: int) -> None:
        self._depth += by
        if self._depth > _DEEPEST:
            raise Problem(f"search keys nest at most {_DEEPEST} levels deep", "NO", "LIMIT")


class _Deeper:
    """Counts a level of nesting while it is read."""

    def __init__(self, keys: _Keys) -> None:
        self._keys = keys

    def __enter__(self) -> None:
        self._keys.deeper(1)

    def __exit__(self, *_: object) -> None:
        self._keys.deeper(-1)


def _text(scanner: Scanner) -> str:
    start = scanner.position
    octets = scanner.astring("the text to look for")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as error:
        scanner.position = start
        raise Problem("the text to look for is not UTF-8", "NO", "BADCHARSET (UTF-8)") from error


def _day(scanner: Scanner) -> date:
    start = scanner.position
    text = scanner.text_of("a date")
    try:
        return parse_date(text)
    except ValueError as error:
        scanner.position = start
        raise scanner.problem(f"a date ({error})") from error


def _header(scanner: Scanner) -> SearchKey:
    name = scanner.text_of("the name of a header field").lower()
    scanner.space()
    return criteria.Header(name, _text(scanner))


def _modseq(scanner: Scanner) -> SearchKey:
    """Read MODSEQ; an entry's name and type are read and make no difference: a message has one MODSEQ."""
    if scanner.looking_at(b'"'):
        scanner.string("the name of an entry")
        scanner.space()
        if scanner.word("priv, shared or all") not in ("PRIV", "SHARED", "ALL"):
            raise Problem("the type of a MODSEQ entry is priv, shared or all")
        scanner.space()
    return criteria.Modseq(scanner.number(HIGHEST_NUMBER_64))


def _in_header(name: str) -> Callable[[Scanner], SearchKey]:
    return lambda scanner: criteria.Header(name, _text(scanner))


_SET_STARTS = frozenset(b"%d" % digit for digit in range(10)) | {b"*"}
_SEEN = criteria.Flag(model.SEEN)
_FIXED: dict[str, SearchKey] = {
    "ALL": criteria.Everything(),
    "RECENT": Recent(),
    "OLD": Not(Recent()),
    "NEW": AllOf((Recent(), Not(_SEEN))),
    **{name: criteria.Flag(bit) for name, bit in _FLAGS.items()},
    **{f"UN{name}": Not(criteria.Flag(bit)) for name, bit in _FLAGS.items()},
}
_WITH_ARGUMENT: dict[str, Callable[[Scanner], SearchKey]] = {
    "UID": lambda scanner: InSet(scanner.sequence_set(), by_uid=True),
    "KEYWORD": lambda scanner: criteria.Keyword(scanner.text_of("a keyword")),
    "UNKEYWORD": lambda scanner: Not(criteria.Keyword(scanner.text_of("a keyword"))),
    "BEFORE": lambda scanner: criteria.Arrived("<", _day(scanner)),
    "ON": lambda scanner: criteria.Arrived("=", _day(scanner)),
    "SINCE": lambda scanner: criteria.Arrived(">=", _day(scanner)),
    "SENTBEFORE": lambda scanner: criteria.Sent("<", _day(scanner)),
    "SENTON": lambda scanner: criteria.Sent("=", _day(scanner)),
    "SENTSINCE": lambda scanner: criteria.Sent(">=", _day(scanner)),
    "LARGER": lambda scanner: criteria.Size(">", scanner.number(HIGHEST_NUMBER_64)),
    "SMALLER": lambda scanner: criteria.Size("<", scanner.number(HIGHEST_NUMBER_64)),
    "HEADER": _header,
    "BODY": lambda scanner: criteria.Body(_text(scanner), headers=False),
    "TEXT": lambda scanner: criteria.Body(_text(scanner), headers=True),
    "MODSEQ": _modseq,
    **{name.upper(): _in_header(name) for name in ("bcc", "cc", "from", "subject", "to")},
}
