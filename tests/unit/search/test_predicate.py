"""mailcatch.search.predicate: what a query says of one message. That SQL says the same: tests/unit/store/test_search.py."""

from __future__ import annotations

import pytest

from mailcatch.errors import QueryError
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import Envelope, Recipient
from mailcatch.search.grammar import parse
from mailcatch.search.predicate import Candidate, candidate, predicate
from mailcatch.search.query import All, And, Or, Term
from mailcatch.store.api import Destination
from mailcatch.store.contents import given_message

RAW = """\
From: "Ann Straße" <app@Shop.Test>
Reply-To: help@shop.test
To: Bob <bob@x.test>, "eve@x.test" <not-eve@x.test>
Cc: team+ci@lists.münchen.test
Subject: Reset your   Password (100%_sure)
Message-ID: <1@shop.test>
Date: Mon, 23 Nov 2026 09:12:44 +0000
Content-Type: text/plain; charset=utf-8

Hello Bob, your code is 123-456. 密码重置 naïve
""".replace("\n", "\r\n").encode()
AT = 1_795_424_400_000


def made(*, opened: bool = True) -> Candidate:
    envelope = Envelope(
        "bounce@shop.test", (Recipient("bob@x.test"), Recipient("hidden@x.test")), helo="App.test", peer="[::1]:5000"
    )
    new = compose(
        Arrival(
            RAW, envelope, "smtp", AT, pinned=True, tags=("nightly",), destination=Destination(named=("default", "gw0"))
        )
    )
    contents = given_message(RAW, new.reading.root, envelope, new.derived.texts[2]) if opened else None
    return candidate(new.summary, new.derived.texts, new.derived.words, new.derived.addresses, contents)


MAIL = made()


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("reset", True),
        ("res", True),
        ("eset", False),
        ('"reset"', True),
        ('"res"', False),
        ('"reset your"', True),
        ('"reset password"', False),
        ("straße", True),
        ("STRASSE", True),
        ("重置", True),
        ("码置", False),
        ("123-4", True),
        ("bob@x", True),
        ("hidden", True),
        ('"password hello"', False),  # a phrase lies in one of subject, people, text
        ("to:bob@x.test", True),
        ("to:BOB@X.TEST", True),
        ("to:ob@x.test", False),
        ("to:hidden@x.test", True),
        ("rcpt:hidden@x.test", True),
        ("cc:hidden@x.test", False),
        ('subject[eq]:"reset your password (100%_sure)"', True),
        ("subject[eq]:reset", False),
        ('subject[glob]:"reset*sure)"', True),
        ('subject[regex]:"password .\\d+%"', True),
        ("text[regex]:^hello.*naïve$", True),
        ("subject[exists]:true", True),
        ("bcc[exists]:true", False),
        ("to[regex]:^bob@", True),
        ("to[contains]:b@x", True),
        ("to[glob]:bob", False),
        ("tag[contains]:NIGHT", True),
        ("tag[exists]:false", False),
        ("inbox[glob]:gw*", True),
        ("message-id[contains]:shop", True),
        ("header[Subject][contains]:password", True),
        ("header:X-Run", False),
        ("header:content-type", True),
        ("body:123-456", True),
        ("has:html", False),
        ("helo:APP.test", True),
        ("peer:::1", True),
        ("peer:[::1]:5000", True),
        ("peer:[::1]*", True),
        ("has:user", False),
        ("date:2026-11-23", True),
        ("date:2026-11-22", False),
        ("rcpt:team+ci@lists.münchen.test", False),
        ("to:team+ci@lists.münchen.test", True),
        ("cc:team+ci@lists.xn--mnchen-3ya.test", True),
        ("cc:@lists.MÜNCHEN.test", True),
        ("cc:@münchen.test", False),
        ("cc:@*.münchen.test", True),
        ("cc:team+*@*", True),
        ("cc:*+ci", False),
        ("cc:*t*t*.test", True),
        ("cc:*+ci*+ci*", False),
        ("to:eve@x.test", False),  # a display name is no address, whatever it looks like
        ("to:*eve@x.test", True),
        ("from:app@shop.test", True),
        ("from:shop", True),
        ("from:bob", False),
        ("from:ann", True),
        ('from:"ann strasse"', True),
        ("to:ann", False),
        ("sender:bounce@shop.test", True),
        ("reply-to:help@shop.test", True),
        ("bcc:*", False),
        ('subject:"YOUR password"', True),
        ("subject:asswo", True),
        ("subject:100%_", True),
        ("subject:hello", False),
        ("text:naïve", True),
        ("text:code", True),
        ("text:reset", False),
        ("is:read", False),
        ("is:unread", True),
        ("is:pinned", True),
        ("is:binned", False),
        ("has:attachment", False),
        ("tag:nightly", True),
        ("tag:night", False),
        ("inbox:gw0", True),
        ("inbox:gw1", False),
        ("message-id:1@shop.test", True),
        ("message-id:2@shop.test", False),
        pytest.param(f"id:{MAIL.id}", True, id="id"),
        (f"size:{len(RAW)}", True),
        (f"larger:{len(RAW)}", False),
        (f"smaller:{len(RAW)}", False),
        ("after:2026-11-23", True),
        ("before:2026-11-23", False),
        ("after:2026-11-24", False),
        ("reset -hello", False),
        ("reset -goodbye", True),
        ("goodbye OR hello", True),
        ("-(goodbye OR is:binned)", True),
        ("(from:shop OR goodbye) is:unread", True),
    ],
)
def test_a_message(text: str, matches: bool) -> None:
    """Each kind of term, both ways."""
    assert predicate(parse(text, now=AT))(MAIL) is matches


def test_empty_joins() -> None:
    """All of nothing holds, one of nothing does not."""
    assert predicate(And(()))(MAIL) is True
    assert predicate(Or(()))(MAIL) is False
    assert predicate(All())(MAIL) is True


def test_a_term_that_nobody_knows_is_an_error() -> None:
    """It is never silently false."""
    with pytest.raises(QueryError, match="Nobody knows link lt") as error:
        predicate(And((All(), Term("link", "lt", at=4))))
    assert error.value.position == 4


def test_what_cannot_be_opened_is_an_error() -> None:
    """So is a question to contents that are not at hand."""
    closed = made(opened=False)
    with pytest.raises(QueryError, match="header: cannot be asked here"):
        predicate(parse("header:X-Run=42", now=AT))(closed)


def test_many_stars_take_no_time() -> None:
    """A pattern is matched without going back, however many stars it has."""
    query = parse("to:" + "*a" * 1_000 + "*@x", now=AT)
    long = Candidate(
        **{**{f: getattr(MAIL, f) for f in MAIL.__slots__}, "addresses": (("a" * 50_000 + "@y", "to", "y"),)}
    )
    assert predicate(query)(long) is False
