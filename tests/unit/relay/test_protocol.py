"""The client's side of SMTP: any sequence of replies can be played to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mailcatch.relay.acts import Body, Dot, Fact, Hear, Lost, Say, Secure, Secured, TlsFailed
from mailcatch.relay.protocol import Credentials, Ended, Terms, ask, converse
from mailcatch.relay.replies import ReplyReader
from mailcatch.trace import Order, OrderRecipient

CONTENT = b"Received: x\r\nSubject: hello\r\n\r\nworld\r\n"
EHLO = "250-mx.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250 SIZE 10000"
BARE = "250 mx.test"


def order(
    *recipients: str, content: bytes = CONTENT, sender: str = "app@home.test", plain_allowed: bool = False
) -> Order:
    numbered = tuple([OrderRecipient(n, each, "FAILURE", "rfc822;x") for n, each in enumerate(recipients, 1)])
    return Order("J", 1, "x.test", sender, numbered, content, "HDRS", "E1", plain_allowed)


class Played:
    """A conversation with a script: replies in their order, `None` for a lost line, a Secured or TlsFailed for TLS."""

    def __init__(
        self, order: Order, script: Iterable[object], terms: Terms | None = None, talk: Callable[..., object] = converse
    ) -> None:
        self.said: list[str] = []
        self.facts: list[str] = []
        self.bodies: list[bytes] = []
        self.dots = 0
        self.heard = 0
        self.ended: Ended
        self._script = iter(script)
        self._play(talk(order, order.recipients, terms or Terms("home.test", "mx.test")))

    def _play(self, talk: object) -> None:
        answer: object = None
        try:
            act = next(talk)  # type: ignore[call-overload]
            while True:
                answer = self._done(act)
                act = talk.throw(answer) if isinstance(answer, Exception) else talk.send(answer)  # type: ignore[attr-defined]
        except StopIteration as stop:
            self.ended = stop.value

    def _done(self, act: object) -> object:
        match act:
            case Say(lines=lines, shown=shown):
                self.said += [shown] if shown else lines
            case Hear():
                self.heard += 1
                said = next(self._script, "221 Bye")
                if said is None:
                    return Lost("the server closed the connection")
                reader = ReplyReader()
                reader.feed(f"{said}\r\n".encode())
                while (line := reader.next()) is not None:
                    if line[1]:
                        return line[1]
                raise AssertionError(said)
            case Secure():
                return next(self._script)
            case Body(content=content):
                self.bodies.append(content)
            case Dot():
                self.dots += 1
            case Fact(kind=kind):
                self.facts.append(kind)
        return None

    @property
    def outcome(self) -> list[tuple[str, str | None, str | None]]:
        """State, enhanced status and stage of each recipient."""
        return [(each.state, each.enhanced, each.stage) for each in sorted(self.ended.results, key=lambda r: r.number)]


def test_the_envelope_is_pipelined_and_data_waits_for_it():
    """RFC 2920: MAIL and RCPT in one go; DATA only after their replies."""
    played = Played(
        order("a@x.test", "b@x.test"), ["220 hi", EHLO, "250 ok", "250 ok", "250 ok", "354 go", "250 2.0.0 id 7"]
    )
    assert played.said == [
        "EHLO home.test",
        "MAIL FROM:<app@home.test> SIZE=38 RET=HDRS ENVID=E1",
        "RCPT TO:<a@x.test> NOTIFY=FAILURE ORCPT=rfc822;x",
        "RCPT TO:<b@x.test> NOTIFY=FAILURE ORCPT=rfc822;x",
        "DATA",
        "QUIT",
    ]
    assert played.outcome == [("sent", "2.0.0", "dot")] * 2
    assert (played.bodies, played.dots, played.ended.again) == ([CONTENT], 1, frozenset())
    assert played.ended.results[0].text == "id 7"


def test_without_extensions_none_is_used():
    """One command at a time, no parameters."""
    played = Played(order("a@x.test"), ["220 hi", BARE, "250 ok", "250 ok", "354 go", "250 ok"])
    assert played.said == ["EHLO home.test", "MAIL FROM:<app@home.test>", "RCPT TO:<a@x.test>", "DATA", "QUIT"]


def test_helo_where_ehlo_is_refused():
    """RFC 5321 §3.2."""
    played = Played(order("a@x.test"), ["220 hi", "502 what", "250 hi", "250 ok", "250 ok", "354 go", "250 ok"])
    assert played.said[:2] == ["EHLO home.test", "HELO home.test"]
    assert played.outcome == [("sent", "2.0.0", "dot")]


@pytest.mark.parametrize(
    ("script", "outcome", "again"),
    [
        (["554 5.3.2 not you"], ("deferred", "4.3.2", "banner"), True),
        (["421 4.3.2 closing"], ("deferred", "4.3.2", "banner"), True),
        ([None], ("deferred", "4.4.2", "banner"), True),
        (["220 hi", "421 later"], ("deferred", "4.0.0", "ehlo"), True),
        (["220 hi", "550 no", "550 no"], ("deferred", "4.0.0", "ehlo"), True),
        (["220 hi", EHLO, "452 4.3.1 full", "503 no"], ("deferred", "4.3.1", "mail"), True),
        (["220 hi", EHLO, "550 5.7.1 no", "503 no"], ("failed", "5.7.1", "mail"), False),
        (["220 hi", EHLO, "421 4.3.2 bye"], ("deferred", "4.3.2", "mail"), True),
        (["220 hi", EHLO, "250 ok", "450 4.2.0 later"], ("deferred", "4.2.0", "rcpt"), True),
        (["220 hi", EHLO, "250 ok", "452 4.2.2 full"], ("deferred", "4.2.2", "rcpt"), True),
        (["220 hi", EHLO, "250 ok", "550 5.1.1 who"], ("failed", "5.1.1", "rcpt"), False),
        (["220 hi", EHLO, "250 ok", "421 4.3.2 bye"], ("deferred", "4.3.2", "rcpt"), True),
        (["220 hi", EHLO, "250 ok", None], ("deferred", "4.4.2", "rcpt"), True),
        (["220 hi", EHLO, "250 ok", "250 ok", "451 4.3.0 later"], ("deferred", "4.3.0", "data"), True),
        (["220 hi", EHLO, "250 ok", "250 ok", "554 5.7.1 no"], ("failed", "5.7.1", "data"), False),
        (["220 hi", EHLO, "250 ok", "250 ok", None], ("deferred", "4.4.2", "data"), True),
        (["220 hi", EHLO, "250 ok", "250 ok", "354 go", "451 4.3.0 later"], ("deferred", "4.3.0", "dot"), True),
        (["220 hi", EHLO, "250 ok", "250 ok", "354 go", "421 4.3.2 bye"], ("deferred", "4.3.2", "dot"), True),
        (["220 hi", EHLO, "250 ok", "250 ok", "354 go", "550 5.7.1 spam"], ("failed", "5.7.1", "dot"), False),
        (["220 hi", EHLO, "250 ok", "250 ok", "354 go", None], ("deferred", "4.4.2", "dot"), False),
    ],
)
def test_what_is_final_and_what_another_host_may_do(
    script: list[str | None], outcome: tuple[str, str, str], again: bool
):
    """5xx to MAIL, RCPT, DATA and the message is final; all else is another host's chance, but for what may be taken."""
    played = Played(order("a@x.test"), script)
    assert played.outcome == [outcome]
    assert bool(played.ended.again) is again
    assert played.ended.results[0].uncertain is (outcome[2] == "dot" and script[-1] is None)


def test_recipients_have_results_of_their_own():
    """One is sent, two fail, one is put off."""
    script = [
        "220 hi",
        EHLO,
        "250 ok",
        "250 ok",
        "550 5.1.1 who",
        "452 4.2.2 full",
        "551 5.1.6 moved",
        "354 go",
        "250 ok",
    ]
    played = Played(order("a@x.test", "b@x.test", "c@x.test", "d@x.test"), script)
    assert [state for state, _, _ in played.outcome] == ["sent", "failed", "deferred", "failed"]
    assert played.ended.again == {3}


@pytest.mark.parametrize("reply", ["452 4.5.3 too many", "452 too many", "552 5.5.3 too many", "552 too many"])
def test_the_rest_goes_in_another_transaction(reply: str):
    """RFC 5321 §4.5.3.1.10; over the same connection, the message once more."""
    again = ["250 ok", "250 ok", "354 go", "250 2.0.0 second"]
    played = Played(
        order("a@x.test", "b@x.test"), ["220 hi", EHLO, "250 ok", "250 ok", reply, "354 go", "250 2.0.0 first", *again]
    )
    assert [each.text for each in sorted(played.ended.results, key=lambda r: r.number)] == ["first", "second"]
    assert len(played.bodies) == 2


def test_a_lost_line_after_one_transaction_keeps_its_result():
    """What was sent is sent; what was not is for another host."""
    script = ["220 hi", EHLO, "250 ok", "250 ok", "452 4.5.3 many", "354 go", "250 ok", None]
    played = Played(order("a@x.test", "b@x.test"), script)
    assert [state for state, _, _ in played.outcome] == ["sent", "deferred"]
    assert played.ended.again == {2}


def test_a_message_over_the_servers_size_is_not_named():
    """RFC 1870 §6.1: 5.3.4 before MAIL."""
    played = Played(order("a@x.test"), ["220 hi", "250-mx\r\n250 SIZE 20"])
    assert played.said == ["EHLO home.test", "QUIT"]
    assert played.outcome == [("failed", "5.3.4", "mail")]


def test_smtputf8_only_where_it_is_needed():
    """For a local part or a header beyond ASCII, not for a domain."""
    script = ["220 hi", EHLO, "250 ok", "250 ok", "354 go", "250 ok"]
    assert "SMTPUTF8" in Played(order("jürgen@x.test"), script).said[1]
    assert "SMTPUTF8" in Played(order("a@x.test", content="Subject: ü\r\n\r\n".encode()), script).said[1]
    assert "SMTPUTF8" not in Played(order("a@bücher.test"), script).said[1]


def test_without_smtputf8_only_those_fail_who_need_it():
    """Another host may offer it; if none does, that stands."""
    played = Played(order("a@x.test", "jürgen@x.test"), ["220 hi", BARE, "250 ok", "250 ok", "354 go", "250 ok"])
    assert played.outcome == [("sent", "2.0.0", "dot"), ("failed", "5.6.7", "mail")]
    assert played.ended.again == {2}


TLS = "250-mx.test\r\n250 STARTTLS"
SENT = [BARE, "250 ok", "250 ok", "354 go", "250 ok"]


@pytest.mark.parametrize(
    ("level", "script", "outcome"),
    [
        ("none", ["220 hi", TLS, *SENT[1:]], ("sent", "2.0.0", "dot")),
        ("may", ["220 hi", *SENT], ("sent", "2.0.0", "dot")),
        ("may", ["220 hi", TLS, "220 go", Secured(False, "expired"), *SENT], ("sent", "2.0.0", "dot")),
        ("may", ["220 hi", TLS, "454 not now", *SENT[1:]], ("sent", "2.0.0", "dot")),
        ("may", ["220 hi", TLS, "220 go", TlsFailed("garbage")], ("deferred", "4.7.5", "starttls")),
        ("encrypt", ["220 hi", BARE], ("deferred", "4.7.4", "starttls")),
        ("encrypt", ["220 hi", TLS, "454 not now"], ("deferred", "4.7.4", "starttls")),
        ("encrypt", ["220 hi", TLS, "220 go", Secured(False, "expired"), *SENT], ("sent", "2.0.0", "dot")),
        ("verify", ["220 hi", TLS, "220 go", Secured(False, "expired")], ("deferred", "4.7.5", "starttls")),
        ("verify", ["220 hi", TLS, "220 go", Secured(True), *SENT], ("sent", "2.0.0", "dot")),
    ],
)
def test_levels_of_tls(level: str, script: list[object], outcome: tuple[str, str, str]):
    """Opportunistic takes any certificate; a level that is not met puts the mail off and never sends it."""
    played = Played(order("a@x.test"), script, Terms("home.test", "mx.test", level))  # type: ignore[arg-type]
    assert played.outcome == [outcome]
    assert len(played.bodies) == (outcome[0] == "sent")


def test_after_a_failed_handshake_a_retry_goes_without_and_says_so():
    """Only where TLS is a may."""
    plain = order("a@x.test", plain_allowed=True)
    played = Played(plain, ["220 hi", TLS, *SENT[1:]])
    assert "STARTTLS" not in played.said
    assert "tls.fallback" in played.facts
    strict = Played(plain, ["220 hi", TLS, "220 go", TlsFailed("x")], Terms("home.test", "mx.test", "encrypt"))
    assert strict.outcome == [("deferred", "4.7.5", "starttls")]
    assert strict.ended.tls_failed


def test_a_password_goes_over_verified_tls_only_and_is_never_shown():
    """Unless the configuration says otherwise."""
    secret = Credentials("me", "hunter2")
    refused = Played(order("a@x.test"), ["220 hi", "250-mx\r\n250 AUTH PLAIN"], Terms("h", "mx", "may", secret))
    assert refused.outcome == [("deferred", "4.7.0", "auth")]
    script = [
        "220 hi",
        TLS,
        "220 go",
        Secured(True),
        "250-mx\r\n250 AUTH LOGIN",
        "334 VXNlcg==",
        "334 UGFzcw==",
        "235 ok",
    ]
    played = Played(order("a@x.test"), [*script, *SENT[1:]], Terms("h", "mx", "verify", secret))
    assert played.outcome == [("sent", "2.0.0", "dot")]
    assert played.said.count("…") == 2
    bare = Credentials("me", "hunter2", over_any_line=True)
    over_any = Played(
        order("a@x.test"), ["220 hi", "250-mx\r\n250 AUTH PLAIN", "535 no"], Terms("h", "mx", "may", bare)
    )
    assert over_any.said[1] == "AUTH PLAIN …"
    assert over_any.outcome == [("deferred", "4.0.0", "auth")]


def test_a_probe_sends_no_message():
    """MAIL, RCPT, RSET, QUIT."""
    played = Played(order("a@x.test"), ["220 hi", EHLO, "250 ok", "250 ok", "250 ok"], talk=ask)
    assert [line.split(" ")[0] for line in played.said] == ["EHLO", "MAIL", "RCPT", "RSET", "QUIT"]
    assert (played.bodies, played.outcome) == ([], [("queued", "2.1.5", "rcpt")])


def test_an_address_that_could_hold_a_command_is_never_said():
    """Whatever let it come so far."""
    played = Played(order("a\r\nDATA\r\n@x.test"), ["220 hi", EHLO])
    assert played.said == ["EHLO home.test", "QUIT"]
    assert played.outcome == [("failed", "5.1.3", "policy")]


replies = st.one_of(
    st.none(),
    st.sampled_from([EHLO, BARE, TLS, "220 hi", "250 ok", "354 go", "421 bye", "452 4.5.3 many", "550 no", "503 bad"]),
    st.integers(200, 599).map(lambda code: f"{code} x"),
)


@given(st.integers(1, 4), st.lists(replies, max_size=30), st.booleans())
def test_any_replies_end_with_one_result_each(count: int, script: list[str | None], secured: bool):
    """Nobody is forgotten, nothing is sent twice to the same recipient, and what may be taken is asked of nobody else."""

    class Any(Played):
        def _done(self, act: object) -> object:
            if isinstance(act, Secure):
                return Secured(True) if secured else TlsFailed("no")
            if isinstance(act, Hear) and self.heard > len(script):
                return Lost("the end")
            return super()._done(act)

    asked = order(*[f"u{n}@x.test" for n in range(count)])
    played = Any(asked, script)
    assert {each.number for each in played.ended.results} == {each.number for each in asked.recipients}
    for each in played.ended.results:
        assert each.state in {"sent", "failed", "deferred"}
        assert not (each.uncertain and each.number in played.ended.again)
        assert not (each.state == "sent" and each.number in played.ended.again)
    assert len(played.bodies) <= count
    assert played.dots == len(played.bodies)


def test_an_envelope_that_was_not_sent_is_taken_back_before_the_next():
    """DATA was refused, so the transaction still stands; who was too many gets one of his own (RFC 5321 §4.1.4)."""
    first = ["220 hi", EHLO, "250 ok", "250 ok", "452 4.5.3 many", "451 4.3.0 later"]
    played = Played(order("a@x.test", "b@x.test"), [*first, "250 reset", "250 ok", "250 ok", "354 go", "250 ok"])
    assert [line.partition(" ")[0] for line in played.said[4:]] == ["DATA", "RSET", "MAIL", "RCPT", "DATA", "QUIT"]
    assert [state for state, _, _ in played.outcome] == ["deferred", "sent"]


@pytest.mark.parametrize("value", ["x\r\nRSET", "a b", "a\nb", "a\x85b", "\ud800", ""])
def test_a_parameter_that_could_hold_a_command_is_never_said(value: str):
    """The mail goes without it."""
    told = replace(order("a@x.test"), envid=value, ret=value)
    told = replace(told, recipients=(OrderRecipient(1, "a@x.test", value, value),))
    played = Played(told, ["220 hi", EHLO, "250 ok", "250 ok", "354 go", "250 ok"])
    assert played.said[1:3] == ["MAIL FROM:<app@home.test> SIZE=38", "RCPT TO:<a@x.test>"]
