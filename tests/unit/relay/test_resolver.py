"""The resolver against a scripted DNS server on a port of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from mailcatch.relay.answers import Answer, Mx
from mailcatch.relay.recorder import Recorder
from mailcatch.relay.resolver import Kind, Resolver, Servers
from tests.lab.dns import ScriptedDns, Trouble

ZONE = """
@ MX 20 Second.here.test.
@ MX 10 first
first A 127.25.0.1
first AAAA 2001:db8::1
alias CNAME middle
middle CNAME first
away CNAME gone.elsewhere.test.
none MX 0 .
"""


@pytest.fixture
def server() -> Iterator[ScriptedDns]:
    """Answer for here.test."""
    with ScriptedDns(("127.0.0.1", 0)) as running:
        running.add(ZONE, "here.test")
        yield running


def ask(
    server: ScriptedDns, name: str, kind: Kind, *, patience: float = 5.0, before: str = ""
) -> tuple[Answer, Recorder]:
    """Ask one question; `before` is a server that is asked first."""
    recorder = Recorder()
    addresses = (before, "127.0.0.1") if before else ("127.0.0.1",)
    resolver = Resolver(Servers(addresses, server.address[1], patience, rounds=1))
    return asyncio.run(resolver.ask(name, kind, recorder.note)), recorder


@pytest.mark.parametrize(
    ("name", "kind", "status", "records", "aliases"),
    [
        ("here.test", "MX", "ok", {Mx(20, "Second.here.test"), Mx(10, "first.here.test")}, []),
        ("here.test", "A", "empty", set(), []),
        ("first.here.test", "A", "ok", {"127.25.0.1"}, []),
        ("first.here.test", "AAAA", "ok", {"2001:db8::1"}, []),
        ("FIRST.Here.test.", "A", "ok", {"127.25.0.1"}, []),
        ("alias.here.test", "A", "ok", {"127.25.0.1"}, ["middle.here.test", "first.here.test"]),
        ("alias.here.test", "MX", "empty", set(), ["middle.here.test", "first.here.test"]),
        ("none.here.test", "MX", "ok", {Mx(0, "")}, []),
        ("missing.here.test", "MX", "nxdomain", set(), []),
        ("away.here.test", "A", "nxdomain", set(), ["gone.elsewhere.test"]),
        ("a" * 64 + ".test", "A", "nxdomain", set(), []),
        ("a..test", "A", "nxdomain", set(), []),
    ],
)
def test_answers(  # noqa: PLR0917 - a row of the table
    server: ScriptedDns, name: str, kind: Kind, status: str, records: set[object], aliases: list[str]
) -> None:
    """Records, none, no such name, and the chain of aliases that led there."""
    answer, _ = ask(server, name, kind)
    assert (answer.status, {*answer.mx, *answer.addresses}, list(answer.aliases)) == (status, records, aliases)


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (Trouble(rcode="SERVFAIL", error=(22, "all are down")), "SERVFAIL (22: all are down)"),
        (Trouble(rcode="SERVFAIL", error=(9, "")), "9: DNSKEY_MISSING"),
        (Trouble(rcode="REFUSED"), "REFUSED"),
        (Trouble(lame=True), "lame"),
        (Trouble(silent=True), "does not answer"),
    ],
    ids=["SERVFAIL", "a code alone", "REFUSED", "lame", "silent"],
)
def test_what_is_not_known(server: ScriptedDns, trouble: Trouble, why: str) -> None:
    """None of these says that there is nothing: the question failed, and the reason is told."""
    server.disturb("here.test", trouble)
    answer, recorder = ask(server, "here.test", "MX", patience=0.3 if trouble.silent else 5.0)
    assert answer.status == "failed"
    assert answer.error and why in answer.error
    assert [event.kind for event in recorder.events] == ["dns.query", "dns.answer"]


def test_a_long_answer_comes_by_tcp(server: ScriptedDns) -> None:
    """Truncated over UDP, whole over TCP."""
    server.disturb("here.test", Trouble(truncated=True))
    answer, recorder = ask(server, "here.test", "MX")
    assert len(answer.mx) == 2
    assert [query.transport for query in server.queries] == ["udp", "tcp"]
    assert recorder.events[-1].data["note"] == "by TCP"


def test_the_next_server_is_asked(server: ScriptedDns) -> None:
    """One that nobody runs is passed over."""
    answer, recorder = ask(server, "first.here.test", "A", before="127.0.0.9", patience=0.3)
    assert answer.addresses == ("127.25.0.1",)
    assert [event.data.get("rcode") for event in recorder.events if event.kind == "dns.answer"] == [None, "NOERROR"]


def test_aliases_without_end() -> None:
    """Two names that are aliases of each other are given up."""
    with ScriptedDns(("127.0.0.1", 0)) as server:
        server.add("one CNAME two\ntwo CNAME one", "loop.test")
        answer, _ = ask(server, "one.loop.test", "A")
    assert answer.status != "ok"


def test_the_trace_says_what_was_asked_and_answered(server: ScriptedDns) -> None:
    """Name, type, server, rcode, records with their preference, TTL, aliases."""
    _, recorder = ask(server, "here.test", "MX")
    query, answer = (event.data for event in recorder.events)
    assert query == {"name": "here.test", "type": "MX", "server": f"127.0.0.1:{server.address[1]}"}
    assert answer["ms"] >= 0
    assert (answer["rcode"], sorted(answer["records"]), answer["ttl"]) == (
        "NOERROR",
        ["10 first.here.test", "20 Second.here.test"],
        30,
    )
