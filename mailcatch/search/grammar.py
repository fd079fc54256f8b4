"""The text spelling of a query: `to:bob@x.test subject:"Reset your" -has:attachment (from:a@x OR from:b@x) word`.

    query   = any
    any     = all *( "OR" all )
    all     = not *( [ "AND" ] not )
    not     = ( "-" / "NOT" ) not / "(" any ")" / name ":" value / quotation / word

A word stands for itself and for what begins with it, a quotation for the phrase. AND, OR and NOT are capitals.
"""

from __future__ import annotations

from datetime import UTC, tzinfo

from mailcatch.errors import QueryError
from mailcatch.search.fields import LONGEST, Spelt, storable, term
from mailcatch.search.fold import fold, words
from mailcatch.search.query import All, And, Not, Or, Query, Word, checked
from mailcatch.search.tokens import Kind, Token, quoted, scan
from mailcatch.search.values import Now

DEEPEST = 50
MOST_TERMS = 200


def parse(text: str, *, tz: tzinfo = UTC, now: int) -> Query:
    """Return the AST of `text`, all of which can be searched now.

    `tz` is the zone of its dates, `now` milliseconds since 1970. A blank text is All. Raises QueryError.
    """
    return checked(read(text, tz=tz, now=now))


def read(text: str, *, tz: tzinfo = UTC, now: int) -> Query:
    """Return the AST of `text` as `parse` does, fields that cannot be searched yet included. Raises QueryError."""
    if len(text) > LONGEST:
        raise QueryError(f"The query is longer than {LONGEST} characters.", LONGEST)
    tokens = scan(storable(text))
    return _Parser(tokens, Now(now, tz)).parse() if tokens else All()


class _Parser:
    """One token to look at, functions by the rules of the grammar; recursion is bounded by DEEPEST."""

    def __init__(self, tokens: list[Token], now: Now) -> None:
        self._tokens = tokens
        self._now = now
        self._next = 0
        self._terms = 0

    def parse(self) -> Query:
        query = self._any(0)
        if (token := self._peek()) is not None:
            raise QueryError("There is no '(' for this ')'.", token.at)
        return query

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, *kinds: Kind) -> Token | None:
        token = self._peek()
        if token is None or token.kind not in kinds:
            return None
        self._next += 1
        return token

    def _any(self, depth: int) -> Query:
        options = [self._all(depth)]
        while self._take("OR"):
            options.append(self._all(depth))
        return options[0] if len(options) == 1 else Or(tuple(options))

    def _all(self, depth: int) -> Query:
        terms = [self._not(depth)]
        while (token := self._peek()) is not None and token.kind not in (")", "OR"):
            self._take("AND")
            terms.append(self._not(depth))
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _not(self, depth: int) -> Query:
        if (sign := self._take("-", "NOT")) is not None:
            return Not(self._not(_deeper(depth, sign)))
        if (bracket := self._take("(")) is not None:
            inner = self._any(_deeper(depth, bracket))
            if self._take(")") is None:
                raise QueryError("There is no ')' for this '('.", bracket.at)
            return inner
        return self._term()

    def _term(self) -> Query:
        token = self._take("word", "phrase", "field")
        if token is None:
            raise self._missing()
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise QueryError(f"The query has more than {MOST_TERMS} terms.", token.at)
        if token.kind == "field":
            return term(Spelt(token.name, token.text, token.at, token.value_at, self._now))
        return _free(token)

    def _missing(self) -> QueryError:
        """Return the error for a place where a term must stand; it points at what asks for one."""
        token = self._peek()
        before = self._tokens[self._next - 1] if self._next else None
        if before is not None and before.kind == "(" and token is not None and token.kind == ")":
            return QueryError("There is nothing between these brackets.", before.at)
        if before is not None and before.kind in ("AND", "OR", "NOT", "-", "("):
            return QueryError(f"Something must follow {before.text}.", before.at, _as_word(before))
        if token is not None and token.kind == ")":
            return QueryError("There is no '(' for this ')'.", token.at)
        at = token.at if token is not None else 0
        return QueryError(f"Something must stand before {token.text if token else 'this'}.", at, _as_word(token))


def _as_word(token: Token | None) -> str | None:
    """Suggest quotes: AND, OR and NOT in them are words."""
    return quoted(token.text) if token is not None and token.kind in ("AND", "OR", "NOT") else None


def _deeper(depth: int, token: Token) -> int:
    if depth >= DEEPEST:
        raise QueryError(f"The query is nested deeper than {DEEPEST}.", token.at)
    return depth + 1


def _free(token: Token) -> Query:
    found = tuple(words(fold(token.text)))
    if not found:
        suggestion = f"text:{quoted(token.text)}" if fold(token.text) else None
        raise QueryError("Words are made of letters and digits, and there are none here.", token.at, suggestion)
    return Word(found, token.kind == "word", token.at)
