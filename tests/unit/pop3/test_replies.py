"""What POP3 says of failures."""

import inspect

from mailcatch import errors
from mailcatch.errors import MailcatchError, NotFound, Overloaded
from mailcatch.pop3.replies import CODES, error, error_of


def test_every_error_has_its_reply():
    """None of the core's exceptions is forgotten."""
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, MailcatchError)]
    assert sorted(kind.__name__ for kind in CODES) == sorted(
        kind.__name__ for kind in kinds if kind is not MailcatchError
    )


def test_a_code_stands_before_the_text():
    """In brackets (RFC 2449 §8), where there is one."""
    assert error("no") == "-ERR no"
    assert error("no", "AUTH") == "-ERR [AUTH] no"
    assert error_of(Overloaded("the disk is full")) == "-ERR [SYS/TEMP] the disk is full"


def test_it_is_one_line():
    """Whatever the text of the exception is."""
    assert error_of(NotFound("gone\r\n+OK x")) == "-ERR gone +OK x"
