"""ENVELOPE and BODYSTRUCTURE of real mails are what Dovecot says, or there is a reason in the mail."""

from __future__ import annotations

import pytest

from tests.corpus.sources import CORPORA, Corpus, Mail, OutOfReach
from tests.judges.structure_reasons import NO_REASON, Difference, reason
from tests.judges.structures import compared, fields
from tests.judges.tokens import Text, Value, values
from tests.support.needs import missing

SHARE = {"spam-assassin": 11}
"""Of this corpus only each n-th mail; `python -m tests.judges.structures` takes them all."""

PLAIN = b"From: ann@example.test\r\nSubject: x\r\n\r\nbody\r\n"


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_dovecot_says_the_same(corpus: Corpus):
    """Over 600 mails, every field of each and every part of each."""
    try:
        mails = list(corpus.mails())[:: SHARE.get(corpus.name, 1)]
    except OutOfReach as unreachable:
        missing(str(unreachable))
    found = list(compared(mails))
    assert [str(each) for each in found if reason(each) == NO_REASON] == []


@pytest.mark.parametrize(
    ("what", "theirs", "ours"),
    [
        ("subject", Text(b"x"), Text(b"y")),
        ("from", [None, None, Text(b"ann"), Text(b"example.test")], None),
        ("1 octets", "6", "7"),
        ("1 encoding", Text(b"7bit"), Text(b"base64")),
        ("2 type", None, Text(b"text")),
        ("size", "1", "2"),
    ],
)
def test_a_plain_mail_gives_no_reason(what: str, theirs: Value, ours: Value):
    """What differs of a mail without anything special is nobody's guess: it is wrong."""
    mime = b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
    assert reason(Difference(Mail("", "", mime + PLAIN), what, theirs, ours)) == NO_REASON


@pytest.mark.parametrize(
    ("head", "what", "theirs", "ours", "why"),
    [
        (b"Subject: a  b", "subject", Text(b"a b"), Text(b"a  b"), "blanks"),
        (b"To: a@b@c", "to", None, None, "no address"),
        (b"Content-Type: what", "1 type", Text(b""), Text(b"text"), "a Content-Type"),
        (b"no field", "1 octets", "1", "2", "a line in a header"),
    ],
)
def test_a_reason_is_in_the_mail(head: bytes, what: str, theirs: Value, ours: Value, why: str):
    """Each reason is found where the mail gives it."""
    theirs = Text(b"x") if what == "to" else theirs
    found = Difference(Mail("", "", head + b"\r\n" + PLAIN), what, theirs, ours)
    assert reason(found).startswith(why)


def test_what_is_compared():
    """Each part's fields are named by the number that FETCH BODY[…] takes; parameters have no order."""
    leaf = b'("TEXT" "plain" ("b" "X" "CHARSET" "UTF-8") NIL NIL "7BIT" 3 1 NIL NIL NIL NIL)'
    message = b'("message" "rfc822" NIL NIL NIL "7bit" 9 (%s) (%s%s "mixed" NIL NIL NIL NIL) 2 NIL NIL NIL NIL)'
    message %= (b" ".join([b"NIL"] * 10), leaf, leaf)
    whole = b'(%s%s "mixed" NIL NIL NIL NIL)' % (leaf, message)
    data = b"1 FETCH (RFC822.SIZE 9 ENVELOPE (%s) BODYSTRUCTURE %s)" % (b" ".join([b"NIL"] * 10), whole)
    found = fields(values(data)[2])
    assert found["1 type"] == b"text"
    assert found["1 params"] == [[b"b", b"X"], [b"charset", b"utf-8"]]
    assert found["2 octets"] == "9"
    assert found["2 lines"] == "2"
    assert found["2.2 octets"] == "3"
    assert found["2 multipart subtype"] == b"mixed"
    assert found["2 subject"] is None
