"""Tags that a mail gets on arrival: from its header `X-Tags`, and by the queries of the configuration."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence

from mailcatch.errors import ConfigError, QueryError
from mailcatch.mime.headers import Fields, decoded
from mailcatch.model import Summary
from mailcatch.rules import TagRule, tag_of
from mailcatch.search.contents import Contents
from mailcatch.search.predicate import Predicate, candidate
from mailcatch.store.api import MOST_TAGS
from mailcatch.store.deriving import Derived

log = logging.getLogger(__name__)

HEADER = b"x-tags"


class Tagger:
    """Gives tags by the rules of one configuration. Raises ConfigError for a query that cannot be read."""

    def __init__(self, rules: Sequence[TagRule] = ()) -> None:
        self._rules: list[tuple[str, Predicate]] = [(rule.tag, _predicate(rule)) for rule in rules]

    def __bool__(self) -> bool:
        """Return whether there are rules that want to see every mail."""
        return bool(self._rules)

    def found(self, summary: Summary, derived: Derived, contents: Contents) -> Iterator[str]:
        """Yield the tags whose query matches a mail as it stands in `summary`, with what is inside it."""
        seen = candidate(summary, derived.texts, derived.words, derived.addresses, contents)
        for tag, matches in self._rules:
            try:
                if matches(seen):
                    yield tag
            except (
                QueryError
            ) as error:  # its pattern is too slow: it is not asked again, so one line is enough each time
                log.warning("the rule of tag %r: %s", tag, error)
            except Exception:
                log.exception("the rule of tag %r failed", tag)  # the mail is kept all the same


def _predicate(rule: TagRule) -> Predicate:
    from mailcatch.search.grammar import parse  # not needed to start without rules
    from mailcatch.search.predicate import predicate

    try:
        return predicate(parse(rule.query, now=time.time_ns() // 1_000_000))
    except QueryError as error:
        raise ConfigError(f"[[tag]] {rule.tag!r}: {described(error)}") from error


def described(error: QueryError) -> str:
    """Return what is wrong with a query, where, and what would be right, on one line."""
    right = f"; did you mean {error.suggestion!r}?" if error.suggestion else ""
    return f"query, character {error.position + 1}: {str(error).rstrip('.')}{right}"


def named(fields: Fields | None) -> Iterator[str]:
    """Yield the tags of the header, between commas; what cannot be a tag is passed over."""
    for value in () if fields is None else fields.all(HEADER):
        for text in decoded(value).split(","):
            tag = tag_of(text)
            if tag is not None:
                yield tag


def bounded(tags: Iterable[str]) -> tuple[str, ...]:
    """Return each tag once, as many as a mail may have."""
    return tuple(dict.fromkeys(tags))[:MOST_TAGS]
