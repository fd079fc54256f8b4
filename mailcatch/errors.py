"""The exceptions that cross a layer, free of any protocol.

Each door has one table that turns them into its own replies, and a test proves the table complete::

    MailcatchError
    ├── ConfigError            an option, variable, file or port that cannot be used
    ├── NotFound               no such message, session, part or inbox
    ├── Conflict               the thing is there, but not in a state that allows this
    ├── QueryError             a query that cannot be read; knows where and what would be right
    ├── TooLarge               beyond a documented limit
    ├── Overloaded             not now: disk full, queue full; the sender may try again
    ├── StoreError             the database failed; nothing was stored
    └── Rejected               an SMTP refusal with its code, enhanced code and text
"""

from __future__ import annotations


class MailcatchError(Exception):
    """The root; its text is a sentence that a user can act on."""


class ConfigError(MailcatchError):
    """A start-up mistake: exit code 2 and one line that names the option and a way out (G18)."""


class NotFound(MailcatchError):
    """The named thing is not there (any more)."""


class Conflict(MailcatchError):
    """The named thing is there, but its state forbids the act."""


class QueryError(MailcatchError):
    """A query that cannot be read.

    `position` is the offset of the mistake in the query's text, in characters from 0; `suggestion` is the whole text
    put right, or None. Where a query has parts, `where` names the one that the position counts in: a parameter, or a
    path into JSON as `query.any[1].subject`.
    """

    def __init__(
        self, text: str, position: int = 0, suggestion: str | None = None, *, where: str | None = None
    ) -> None:
        super().__init__(text)
        self.where = where
        self.position = position
        self.suggestion = suggestion


class TooLarge(MailcatchError):
    """More than a limit allows; the text names the limit and the option that sets it."""


class Overloaded(MailcatchError):
    """Not now: the disk or a queue is full. Nothing was stored and the sender may try again."""


class StoreError(MailcatchError):
    """The database failed; nothing of the operation was stored."""


class Rejected(MailcatchError):
    """A refusal in SMTP's words: `code` of RFC 5321 §4.2, `enhanced` of RFC 3463 (``5.1.1``), and a text."""

    def __init__(self, code: int, enhanced: str, text: str) -> None:
        super().__init__(f"{code} {enhanced} {text}")
        self.code = code
        self.enhanced = enhanced
        self.text = text
