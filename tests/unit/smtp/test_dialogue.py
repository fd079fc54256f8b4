"""What SMTP says to each line, without a socket; whole dialogues are in tests/dialogue."""

from __future__ import annotations

import base64
import re
from concurrent.futures import Future
from pathlib import Path

import pytest
from aiosmtpd.smtp import Session as Seen
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.auth import Authority
from mailcatch.config import AuthSection, SmtpSection
from mailcatch.errors import Overloaded, StoreError
from mailcatch.model import Session
from mailcatch.smtp.dialogue import Dialogue, Rules, State
from mailcatch.smtp.record import Record


class Kept(list[Session]):
    """The writing side of an inbox, for sessions only."""

    def record(self, session: Session) -> Future[None]:
        self.append(session)
        return Future()


class Never:
    """A timer that does not go off."""

    def cancel(self) -> None: ...


class Talk:
    """A dialogue, and what stands behind it."""

    def __init__(
        self, section: SmtpSection | None = None, auth: AuthSection | None = None, *, offers_tls: bool = False
    ) -> None:
        self.kept = Kept()
        self.room: list[int] = []
        self.full = False
        self.record = Record(self.kept, "peer:1", "here:2", lambda seconds, call: Never())  # type: ignore[arg-type]
        rules = Rules("mx.test", section or SmtpSection(), self._check_room, Authority(auth or AuthSection()))
        seen = Seen(None)  # type: ignore[arg-type] # the loop is not asked for
        self.dialogue = Dialogue(rules, self.record, seen, offers_tls=offers_tls)

    def _check_room(self, size: int) -> None:
        self.room.append(size)
        if self.full:
            raise Overloaded("the disk is full")

    def say(self, *lines: str | bytes) -> list[str]:
        """Say lines; give the replies to all of them."""
        for line in lines:
            self.dialogue.line(line.encode() if isinstance(line, str) else line)
        replies, self.dialogue.replies[:] = list(self.dialogue.replies), []
        return replies

    @property
    def transcript(self) -> str:
        return "\n".join(line.line for line in self.record.transcript.lines())


BEGIN = ("MAIL FROM:<a@x.test>", "RCPT TO:<b@x.test>", "DATA")


def test_the_greeting_names_us():
    """And says ESMTP, which some clients look for."""
    talk = Talk()
    talk.dialogue.greet()
    assert talk.dialogue.replies == ["220 mx.test ESMTP mailcatch"]


def test_a_mail_from_mail_to_250():
    """The states that whoever drives it goes by."""
    talk = Talk()
    assert [reply[:3] for reply in talk.say(*BEGIN)] == ["250", "250", "354"]
    assert (talk.dialogue.state, talk.dialogue.envelope.rcpt_tos) == (State.DATA, ["b@x.test"])
    talk.dialogue.data_ended(12, too_large=False)
    assert talk.dialogue.state is State.STORING
    talk.dialogue.stored("01ABC")
    assert (talk.dialogue.state, talk.dialogue.replies) == (State.COMMAND, ["250 2.0.0 Ok: queued as 01ABC"])
    assert talk.dialogue.envelope.rcpt_tos == []


@pytest.mark.parametrize(
    "end",
    [
        lambda dialogue: dialogue.stored("01ABC"),
        lambda dialogue: dialogue.failed(StoreError("no")),
        lambda dialogue: dialogue.data_ended(1, too_large=True),
        lambda dialogue: dialogue.line(b"RSET"),
        lambda dialogue: dialogue.line(b"EHLO x"),
    ],
)
def test_any_end_forgets_the_mail(end):
    """A failed mail's sender and recipients never show up in the next one."""
    talk = Talk()
    talk.say(*BEGIN[:2])
    end(talk.dialogue)
    talk.dialogue.replies.clear()
    assert (talk.dialogue.envelope.path, talk.dialogue.envelope.recipients) == (None, [])
    assert talk.say("DATA") == ["503 5.5.1 MAIL must come first"]


def test_room_is_asked_for_before_the_data():
    """At MAIL with the announced size, again at DATA; 452 then, and the client comes again (G6)."""
    talk = Talk()
    talk.say("MAIL FROM:<a@x.test> SIZE=500", "RCPT TO:<b@x.test>", "DATA")
    assert talk.room == [500, 500]
    talk = Talk()
    talk.full = True
    assert talk.say("MAIL FROM:<a@x.test>") == ["452 4.3.1 the disk is full"]
    talk.full = False
    talk.say(*BEGIN[:2])
    talk.full = True
    assert talk.say("DATA") == ["452 4.3.1 the disk is full"]
    assert talk.dialogue.state is State.COMMAND


HOSTILE = [bytes([byte]) for byte in (*range(0x20), 0x7F) if byte != 0x0A] + [b"\xc2\x85", b"\x9b"]


@pytest.mark.parametrize("byte", HOSTILE)
@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"MAIL FROM:<a%sb@x.test>", "501 5.1.7"),
        (b"MAIL FROM:<a@x%s.test>", "501 5.1.7"),
        (b"MAIL FROM:<a@x.test> SIZE=%s1", "501 5.1.7"),
        (b"EHLO h%sst", "501 5.5.4"),
    ],
)
def test_every_control_character_is_refused(line: bytes, byte: bytes, reply: str):
    """C0, DEL and C1, in local part, domain, parameters and HELO."""
    (said,) = Talk().say(line % byte)
    assert said.startswith(reply)


@pytest.mark.parametrize("byte", HOSTILE)
def test_every_control_character_is_refused_in_recipients(byte: bytes):
    """The same for RCPT, with its own code."""
    talk = Talk()
    talk.say(BEGIN[0])
    for line in (b"RCPT TO:<a%sb@x.test>", b"RCPT TO:<a@x.t%sest>"):
        (said,) = talk.say(line % byte)
        assert said.startswith("501 5.1.3")


PLAIN = base64.b64encode(b"\0user\0hunter2").decode()


@pytest.mark.parametrize(
    "line", [f"AUTH PLAIN {PLAIN}", f"auth  plain  {PLAIN}", f"AUTH\tPLAIN\t{PLAIN}", f"AUTHPLAIN x {PLAIN}"]
)
def test_no_secret_is_in_the_transcript(line: str):
    """However the line is spelt, and though it be no command."""
    talk = Talk()
    talk.say(line)
    assert PLAIN not in talk.transcript
    assert "***" in talk.transcript


def test_no_answer_is_in_the_transcript():
    """What follows a challenge is a secret, `*` is not."""
    talk = Talk()
    talk.say("AUTH LOGIN", base64.b64encode(b"user"), "*", "AUTH PLAIN", PLAIN)
    assert [line for line in talk.transcript.splitlines() if line[:3].isdecimal() is False] == [
        "AUTH LOGIN", "***", "*", "AUTH PLAIN", "***",
    ]  # fmt: skip


def test_an_error_nobody_thought_of_is_an_answer():
    """The client hears where to look, and the dialogue goes on (G7)."""
    talk = Talk()
    talk.dialogue._rules.check_room = lambda size: {}[size]
    assert talk.say(BEGIN[0])[0].startswith("451 4.3.0 an error of ours, see the log: ")
    assert talk.say("NOOP") == ["250 2.0.0 OK"]


ENHANCED = re.compile(r"[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3}) [^\r\n]+")
WITHOUT = re.compile(r"(220|334|354|250[ -](mx\.test|[A-Z0-9]+( [A-Z0-9 ]+)?)\Z)")


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["EHLO x", "HELO x", "MAIL FROM:<a@x>", "RCPT TO:<b@x>", "RSET", "NOOP", "VRFY x", "HELP", "AUTH LOGIN",
                 "AUTH PLAIN", PLAIN, "*", "QUIT", "MAIL FROM:<a@x> SIZE=99999999999"]
            ).map(str.encode),
            st.binary(max_size=40).filter(lambda line: b"\n" not in line),
            st.binary(max_size=20).map(lambda rest: b"MAIL FROM:<" + rest.replace(b"\n", b"")),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_every_reply_has_its_enhanced_code(lines: list[bytes]):
    """Whatever is said: one reply at least, each with a code whose class is the reply's (RFC 2034 §4)."""
    talk = Talk()
    for line in lines:
        if not talk.dialogue.idle:
            break
        replies = talk.say(line)
        assert replies
        for reply in replies:
            match = ENHANCED.fullmatch(reply)
            assert (match and match[1][0] == reply[0]) or WITHOUT.match(reply), reply


def test_a_refused_session_is_kept_with_its_reason():
    """Rejected mail is what people debug."""
    talk = Talk()
    talk.say("MAIL FROM:<a@x.test> FOO=1")
    (session,) = talk.kept
    assert (session.rejected, session.outcome) == (1, None)
    talk.say("QUIT")
    assert (talk.kept[-1].rejected, talk.kept[-1].outcome) == (1, "QUIT")


def test_who_spoke():
    """HELO name, protocol and user are in the session."""
    talk = Talk()
    talk.say("EHLO client.test", f"AUTH PLAIN {PLAIN}", "QUIT")
    session = talk.kept[-1]
    assert (session.helo, session.protocol, session.auth_user) == ("client.test", "ESMTP", "user")


def test_tls_is_offered_until_it_is_on():
    """In EHLO and in HELP; then the session has forgotten who spoke (RFC 3207 §4.2)."""
    talk = Talk(offers_tls=True)
    assert "250-STARTTLS" in talk.say("EHLO a.test")
    assert "STARTTLS" in talk.say("HELP")[0]
    assert talk.say("STARTTLS") == ["220 2.0.0 go ahead with TLS"]
    assert talk.dialogue.state is State.HANDSHAKE
    talk.dialogue.secured("TLSv1.3 X")
    assert (talk.dialogue.state, talk.record.session.helo, talk.record.session.tls) == (
        State.COMMAND,
        None,
        "TLSv1.3 X",
    )
    assert "STARTTLS" not in "".join(talk.say("EHLO a.test", "HELP"))


def test_a_login_that_is_checked_waits(tmp_path: Path):
    """With a file of users the claim is handed out; the answer comes with the check, and the claim is forgotten."""
    users = tmp_path / "users"
    users.write_text("bob:{PLAIN}x")
    talk = Talk(auth=AuthSection(file=users, required=True))
    assert talk.say("MAIL FROM:<a@x.test>") == ["530 5.7.0 authentication required"]
    assert talk.say("AUTH PLAIN " + base64.b64encode(b"\0bob\0x").decode()) == []
    assert (talk.dialogue.state, talk.dialogue.claim.user) == (State.CHECKING, "bob")
    talk.dialogue.checked(right=True)
    assert talk.say() == ["235 2.7.0 OK"]
    assert talk.dialogue.claim.password == ""
    assert talk.say("MAIL FROM:<a@x.test>") == ["250 2.1.0 OK"]
