"""From errors to replies."""

import logging

import pytest

from mailcatch import errors
from mailcatch.smtp.replies import REPLIES, reply_to

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.MailcatchError)]


def test_the_table_is_complete():
    """Every error of the tree has a reply."""
    assert {*REPLIES, errors.MailcatchError, errors.Rejected} == set(KINDS)


@pytest.mark.parametrize(
    ("error", "reply"),
    [
        (errors.Overloaded("the disk is full"), "452 4.3.1 the disk is full"),
        (errors.StoreError("no"), "451 4.3.0 no"),
        (errors.Rejected(550, "5.1.1", "unknown"), "550 5.1.1 unknown"),
    ],
)
def test_known_errors(error: Exception, reply: str):
    """Code, enhanced code and the error's own sentence."""
    assert str(reply_to(error)) == reply


def test_an_unknown_error_has_an_id_that_is_in_the_log(caplog: pytest.LogCaptureFixture):
    """The client learns nothing of it but where to look."""
    with caplog.at_level(logging.ERROR):
        reply = reply_to(ValueError("secret"))
    assert (reply.code, "secret" in reply.text) == (451, False)
    (logged,) = caplog.records
    assert vars(logged)["incident"] == reply.text.rpartition(" ")[2]
