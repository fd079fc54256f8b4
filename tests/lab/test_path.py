"""The whole way by the whole program: app, mailcatch, Postfix, its alias, back by MX, IMAP; and all of it in one path."""

from __future__ import annotations

import imaplib
import itertools
from collections.abc import Iterator

import pytest

from tests.lab.dns import ScriptedDns
from tests.lab.handing import letter
from tests.lab.mta import Mta, Script
from tests.lab.postfix import Postfix
from tests.lab.relaying import Json, Relaying, trace
from tests.lab.scenarios import UNKNOWN
from tests.support.sink import Sink

SENDER = "app@home.test"
DEAD_END = "127.25.69.9"


@pytest.fixture(scope="module")
def relaying(dns: ScriptedDns) -> Iterator[Relaying]:
    """Run a mailcatch that is the server of two domains, and relays to the others."""
    with Relaying("--local-domain", "mailcatch.test", "--local-domain", "home.test") as running:
        yield running
        assert "Traceback" not in running.sink.log


def kinds(path: Json) -> list[str]:
    """Give the kinds of a path's steps."""
    return [step["kind"] for step in path["steps"]]


def fetched(sink: Sink, user: str) -> bytes:
    """Fetch the newest message of an account by IMAP."""
    program = imaplib.IMAP4(*sink.imap, timeout=20)
    try:
        program.login(user, "x")
        _, counted = program.select("INBOX")
        _, data = program.fetch(counted[0].decode(), "(BODY[])")
        return bytes(data[0][1])
    finally:
        program.logout()


def test_out_by_mx_and_back_and_fetched(relaying: Relaying, receiving: Postfix) -> None:
    """What the app sent is what IMAP gives, byte for byte, and the path has every step from one to the other."""
    raw = letter("walked")
    out = relaying.send(SENDER, ["team@post.test"], raw)
    (back,) = relaying.received("back@mailcatch.test")
    content = fetched(relaying.sink, "back@mailcatch.test")
    assert content == relaying.raw(back)
    assert content.endswith(raw)
    whole = relaying.until(lambda: path if "fetched" in kinds(path := relaying.path(out)) else None)
    assert [(each["route"], each["state"], each["mta"]) for each in whole["recipients"]] == [
        ("relay", "sent", "p1.post.test")
    ]
    assert [kind for kind, _ in itertools.groupby(kinds(whole))] == [
        "received",
        "stored",
        "decision",
        "attempt",
        "hop",
        "received",
        "fetched",
    ]
    assert {"dns.answer", "mx.order", "tcp.open", "smtp.c", "smtp.body", "rcpt.result"} <= {
        e["kind"] for e in trace(whole)
    }
    assert {step["message"] for step in whole["steps"] if step["kind"] in {"hop", "fetched"}} == {back}
    returned = relaying.path(back)
    assert [each["route"] for each in returned["recipients"]] == ["local"]
    assert {"received", "stored", "hop", "fetched"} <= set(kinds(returned))


def test_a_real_bounce_comes_back_and_is_linked(relaying: Relaying, receiving: Postfix, dns: ScriptedDns) -> None:
    """Postfix takes a mail that it cannot deliver: the report is a step in the way of the mail, and says how it ended."""
    dns.add(f"@ MX 10 mx\nmx A {DEAD_END}", "dead.test")
    with Mta(DEAD_END, Script(rcpt={"nobody": UNKNOWN})):
        out = relaying.send(SENDER, ["gone@post.test"], letter("returned"))
        path = relaying.until(lambda: path if "bounce" in kinds(path := relaying.path(out)) else None)
    (bounce,) = [step for step in path["steps"] if step["kind"] == "bounce"]
    assert "return.bounce" in {event["kind"] for event in bounce["events"]}
    (id,) = relaying.received(SENDER)
    assert bounce["message"] == id
    assert b"multipart/report" in relaying.raw(id)
    assert [(each["state"], each["enhanced"]) for each in path["recipients"]] == [("failed", "5.1.1")]
