"""The functions of ours that SQL calls: comparisons that SQLite does not have, and questions to messages' contents.

They are those of `search`, so that SQL and predicate cannot differ. SQLite hides what a function raises; it is kept
here, for whoever runs the statement.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from mailcatch.errors import MailcatchError
from mailcatch.search.comparing import Test, test_of
from mailcatch.search.contents import Contents, contents_test
from mailcatch.search.fold import fold
from mailcatch.search.query import Term
from mailcatch.store.contents import OpenMessage, open_message

_MOST_ANSWERS = 200_000


class Functions:
    """The functions of one connection. `check` is called before a message is opened, and raises if it is too late."""

    def __init__(self, connection: sqlite3.Connection, check: Callable[[], None] = lambda: None) -> None:
        self._connection = connection
        self._check = check
        self._tests: dict[tuple[str, str], Test] = {}
        self._terms: dict[tuple[str, str, str, str], tuple[int, Callable[[Contents], bool]]] = {}
        self._answers: dict[tuple[int, int], bool] = {}
        self._open: tuple[int, OpenMessage] | None = None
        self.opened = 0  # messages, since the transaction began
        self.error: Exception | None = None
        connection.create_function("text_is", 3, self._text_is, deterministic=True)
        connection.create_function("name_is", 3, self._name_is, deterministic=True)
        connection.create_function("contents_are", 5, self._contents_are)

    def renew(self) -> None:
        """Forget what was read of messages: another transaction begins."""
        self._tests.clear()
        self._terms.clear()
        self._answers.clear()
        self._open, self.error, self.opened = None, None, 0

    def _text_is(self, operator: str, wanted: str, text: str | None) -> bool:
        """Tell whether a folded text is as wanted."""
        try:
            self._check()
            return text is not None and self._test(operator, wanted)(text)
        except MailcatchError as error:
            self.error = error
            raise

    def _name_is(self, operator: str, wanted: str, name: str | None) -> bool:
        """Tell whether a name, folded, is as wanted."""
        return self._text_is(operator, wanted, None if name is None else fold(name))

    def _test(self, operator: str, wanted: str) -> Test:
        key = operator, wanted
        if key not in self._tests:
            self._tests[key] = test_of(operator, wanted)  # type: ignore[arg-type] # written by store.search
        return self._tests[key]

    def _contents_are(self, seq: int, field: str, name: str, operator: str, wanted: str) -> bool:
        """Tell whether the contents of a message are as wanted; each is opened once, though a list asks twice."""
        try:
            number, matches = self._term(field, name, operator, wanted)
            answer = self._answers.get((number, seq))
            if answer is None:
                answer = matches(self._message(seq))
                if len(self._answers) < _MOST_ANSWERS:
                    self._answers[number, seq] = answer
        except Exception as error:
            self.error = error
            raise
        return answer

    def _term(self, field: str, name: str, operator: str, wanted: str) -> tuple[int, Callable[[Contents], bool]]:
        key = field, name, operator, wanted
        found = self._terms.get(key)
        if found is None:
            term = Term(field, operator, wanted, name)  # type: ignore[arg-type] # written by store.search
            found = self._terms[key] = len(self._terms), contents_test(term)
        return found

    def _message(self, seq: int) -> OpenMessage:
        if self._open is None or self._open[0] != seq:
            self._check()
            self._open = seq, open_message(self._connection, seq)
            self.opened += 1
        return self._open[1]
