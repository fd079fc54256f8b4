"""Assert on mail in tests: a client of a running mailcatch, or of one that it starts, and a plugin for pytest.

It needs the standard library alone and imports nothing else of mailcatch.

    AssertionError
    ├── MailNotFound     the mail did not come, or came though it must not; has the explanation
    └── NoSuchPart       a mail has no such link, code or element, or several
    RuntimeError
    └── SinkFailed       no server answers, it did not start, or it failed
    ValueError
    └── RequestRefused   the server understood the question and refuses it; names what is wrong
"""

from mailcatch.testing.client import Expectation, MailCatch
from mailcatch.testing.errors import MailNotFound, NoSuchPart, RequestRefused, SinkFailed
from mailcatch.testing.explanation import Explanation, Leaf, NearMiss
from mailcatch.testing.message import Message
from mailcatch.testing.values import Address, Attachment, Code, Element, Headers, Link, Session

__all__ = [
    "Address",
    "Attachment",
    "Code",
    "Element",
    "Expectation",
    "Explanation",
    "Headers",
    "Leaf",
    "Link",
    "MailCatch",
    "MailNotFound",
    "Message",
    "NearMiss",
    "NoSuchPart",
    "RequestRefused",
    "Session",
    "SinkFailed",
]
