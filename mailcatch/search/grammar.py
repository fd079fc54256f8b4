"""The text spelling of a query: `to:bob@x.test subject:"Reset your" -has:attachment (from:a@x OR from:b@x) word`.

    query   = any
    any     = all *( "OR" all )
    all     = not *( [ "AND" ] not )
    not     = ( "-" / "NOT" ) not / "(" any ")" / name *( "[" text "]" ) ":" value / quotation / word

A word stands for itself and for what begins with it, a quotation for the phrase. AND, OR and NOT are capitals.
"""

from __future__ import annotations

from datetime import UTC, tzinfo

from mailcatch.errors import QueryError
from mailcatch.search.fields import FIELDS, LONGEST, Bracket, Spelt, storable, term
from mailcatch.search.fold import fold, words
from mailcatch.search.query import All, And, Not, Or, Query, Word, checked
from mailcatch.search.tokens import Kind, Mistake, Token, quoted, scan
from mailcatch.search.values import Now

DEEPEST = 50
MOST_TERMS = 200


def parse(text: str, *, tz: tzinfo = UTC, now: int) -> Query:
    """Return the AST of `text`.

    `tz` is the zone of its dates, `now` milliseconds since 1970. A blank text is All. Raises QueryError.
    """
    return checked(read(text, tz=tz, now=now))


def read(text: str, *, tz: tzinfo = UTC, now: int) -> Query:
    """Return the AST of `text` as `parse` does, fields that cannot be searched yet included. Raises QueryError."""
    if len(text) > LONGEST:
        raise QueryError(f"The query is longer than {LONGEST} characters.", LONGEST)
    text = storable(text)
    try:
        tokens = scan(text)
        return _Parser(tokens, Now(now, tz)).parse() if tokens else All()
    except Mistake as mistake:
        raise mistake.within(text) from None


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
            raise Mistake("There is no '(' for this ')'.", token.at, token.end, " ")
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
                raise Mistake("There is no ')' for this '('.", bracket.at, bracket.end, "")
            return inner
        return self._term()

    def _term(self) -> Query:
        token = self._take("word", "phrase", "field")
        if token is None:
            raise self._missing()
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise Mistake(f"The query has more than {MOST_TERMS} terms.", token.at, token.end)
        if token.kind == "field":
            self._check_blank(token)
            brackets = tuple([Bracket(*each) for each in token.brackets])
            return term(Spelt(token.name, token.text, token.at, token.value_at, token.end, self._now, brackets))
        return _free(token)

    def _check_blank(self, token: Token) -> None:
        """Raise Mistake for a blank between a field's colon and its value."""
        following = self._peek()
        if token.name in FIELDS and not token.text and following is not None and following.kind in ("word", "phrase"):
            raise Mistake(f"A blank separates {token.name}: from its value.", token.value_at, following.at, "")

    def _missing(self) -> Mistake:
        """Return the mistake of a place where a term must stand; it points at what asks for one."""
        token = self._peek()
        if self._next:
            before = self._tokens[self._next - 1]
            if token is not None and before.kind == "(" and token.kind == ")":
                return Mistake("There is nothing between these brackets.", before.at, token.end, " ")
            return _lacks(f"Something must follow {before.text}.", before)
        token = token or self._tokens[0]
        if token.kind == ")":
            return Mistake("There is no '(' for this ')'.", token.at, token.end, " ")
        return _lacks(f"Something must stand before {token.text}.", token)


def _lacks(sentence: str, token: Token) -> Mistake:
    """Return the mistake of an operator without what it joins; AND, OR and NOT may be meant as words."""
    return Mistake(sentence, token.at, token.end, quoted(token.text) if token.kind in ("AND", "OR", "NOT") else " ")


def _deeper(depth: int, token: Token) -> int:
    if depth >= DEEPEST:
        raise Mistake(f"The query is nested deeper than {DEEPEST}.", token.at, token.end)
    return depth + 1


def _free(token: Token) -> Query:
    found = tuple(words(fold(token.text)))
    if not found:
        right = f"text:{quoted(token.text)}" if fold(token.text) else " "
        raise Mistake("Words are made of letters and digits, and there are none here.", token.at, token.end, right)
    return Word(found, token.kind == "word", token.at)
