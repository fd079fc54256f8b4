"""STARTTLS, implicit TLS and AUTH with real users, over a real socket: RFC 3207, RFC 8314 §3.3, RFC 4954."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailcatch import tls as tls_module
from mailcatch.config import AuthSection, SmtpSection, TlsSection
from mailcatch.model import Protection, Session
from mailcatch.tls import Tls
from tests.support.smtp import Line, Running, running

try:
    import uvloop
except ImportError:  # Windows
    uvloop = None  # type: ignore[assignment]

LOOPS = [asyncio.new_event_loop, *([uvloop.new_event_loop] if uvloop else [])]
PLAIN = base64.b64encode(b"\0bob\0secret").decode()
WRONG = base64.b64encode(b"\0bob\0guess").decode()
MAIL = "MAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\nSubject: s\r\n\r\nhi\r\n."

Door = Callable[..., Iterator[Running]]


@pytest.fixture(params=LOOPS, ids=lambda factory: factory.__module__.partition(".")[0])
def loop_factory(request: pytest.FixtureRequest) -> Callable[[], asyncio.AbstractEventLoop]:
    return request.param  # type: ignore[no-any-return]


class Place:
    """Where a door's CA and users lie, and how to open one."""

    def __init__(self, folder: Path, loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self._loop_factory = loop_factory
        self.tls = Tls(TlsSection(enabled=True, folder=folder / "tls"))
        self.users = folder / "users"
        self.users.write_text("bob:{PLAIN}secret\n")
        self.trusting = ssl.create_default_context(cafile=str(folder / "tls" / "ca.pem"))

    @contextmanager
    def door(
        self, protection: Protection = "starttls", section: SmtpSection | None = None, *, required: bool = False
    ) -> Iterator[Running]:
        auth = AuthSection(self.users, required)
        with running(
            section, auth=auth, tls=self.tls, protection=protection, loop_factory=self._loop_factory
        ) as opened:
            yield opened

    def upgrade(self, line: Line) -> Line:
        """Do the handshake on a line that asked for it."""
        line.sock = self.trusting.wrap_socket(line.sock, server_hostname="localhost")
        line._file = line.sock.makefile("rb")
        return line

    def secure(self, door: Running) -> Line:
        """Connect over implicit TLS."""
        line = Line.__new__(Line)
        line.sock = socket.create_connection(door.address, timeout=10)
        return self.upgrade(line)


@pytest.fixture
def place(tmp_path: Path, loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> Place:
    return Place(tmp_path, loop_factory)


def the_session(door: Running) -> Session:
    """Give the one session that was kept, with its transcript."""
    (kept,) = door.ended_sessions(1)
    return door.store.session(kept.id)[0]


def spoken(session: Session) -> list[str]:
    return [f"{'T' if each.tls else '-'}{each.direction} {each.line}" for each in session.transcript or ()]


# STARTTLS


def test_starttls_from_the_offer_to_the_mail(place: Place):
    """Offered once, and everything begins anew; envelope, session and transcript know of it."""
    with place.door() as door:
        line = door.connect(greeted=False)
        line.reply()
        assert "250-STARTTLS" in line.ask("EHLO plain.test").splitlines()
        assert line.ask("STARTTLS") == "220 2.0.0 go ahead with TLS"
        place.upgrade(line)
        offered = line.ask("EHLO secret.test")
        assert "STARTTLS" not in offered
        assert "250-AUTH PLAIN LOGIN" in offered.splitlines()
        assert line.ask("STARTTLS").startswith("503 5.5.1 ")
        assert line.ask(MAIL).startswith("250 2.1.0")
        replies = [line.reply() for _ in range(3)]
        assert replies[-1].startswith("250 2.0.0 Ok: queued")
        line.ask("QUIT")
        session = the_session(door)
        (summary,) = door.store.messages().messages
        envelope = door.store.message(summary.id).envelope  # type: ignore[union-attr]
    assert session.tls is not None and session.tls.startswith("TLSv1.3 TLS_")
    assert (envelope.tls, envelope.helo, session.helo) == (session.tls, "secret.test", "secret.test")
    said = spoken(session)
    assert said.index("-C STARTTLS") < said.index("-S 220 2.0.0 go ahead with TLS")
    assert said.index(f"T* TLS begins: {session.tls}") < said.index("TC EHLO secret.test")
    assert {each[0] for each in said[: said.index(f"T* TLS begins: {session.tls}")]} == {"-"}


def test_the_session_is_forgotten_at_the_handshake(place: Place):
    """Name and user were said in plain text: anyone on the way could have said them (RFC 3207 §4.2)."""
    with place.door() as door:
        line = door.connect()
        assert line.ask(f"AUTH PLAIN {PLAIN}").startswith("235")
        line.ask("STARTTLS")
        place.upgrade(line)
        assert line.ask(f"AUTH PLAIN {PLAIN}").startswith("235")  # not "503 you are somebody already"
        line.ask("RSET")
        line.close()
        session = the_session(door)
    assert session.helo is None


@pytest.mark.parametrize(
    "ahead", ["", "EHLO evil.test\r\n", "MAIL FROM:<evil@x.test>\r\nRCPT TO:<v@x.test>\r\n", "RSE"]
)
def test_nothing_that_came_before_the_handshake_is_obeyed(place: Place, ahead: str):
    """Command injection (CVE-2011-0411): what follows STARTTLS in its packet is dropped, whole lines or halves."""
    with place.door() as door:
        line = door.connect()
        line.send(f"STARTTLS\r\n{ahead}".encode())
        assert line.reply().startswith("220 ")
        place.upgrade(line)
        line.send(b"NOOP\r\nHELP\r\n")
        assert [line.reply()[:3], line.reply()[:3]] == ["250", "214"]
        assert line.ask("RCPT TO:<b@x.test>").startswith("503 5.5.1")  # no MAIL was heard
        line.close()
        said = spoken(the_session(door))
    dropped = [each for each in said if "dropped" in each]
    assert dropped == ([f"-* {len(ahead)} bytes sent ahead of the TLS handshake were dropped"] if ahead else [])
    assert not [each for each in said if "evil" in each]


def test_no_reply_is_sent_before_its_time(place: Place):
    """Response injection: the reply to an injected command never comes, not even after the handshake."""
    with place.door() as door:
        line = door.connect()
        line.send(b"STARTTLS\r\nNOOP\r\nNOOP\r\nQUIT\r\n")
        assert line.reply().startswith("220 ")
        line.sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            line.sock.recv(1)
        line.sock.settimeout(10)
        place.upgrade(line)
        assert line.ask("EHLO client.test").startswith("250-mx.test")


def test_a_client_may_speak_with_the_end_of_its_handshake(place: Place):
    """In one packet, as TLS 1.3 allows: that came over TLS and is answered."""
    with place.door() as door:
        line = door.connect()
        line.ask("STARTTLS")
        inside, outside = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = place.trusting.wrap_bio(inside, outside, server_hostname="localhost")
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                line.send(outside.read())
                inside.write(line.sock.recv(65536))
        client.write(b"EHLO at-once.test\r\n")
        line.send(outside.read())  # Finished and EHLO
        heard = b""
        while b"250 HELP\r\n" not in heard:
            inside.write(line.sock.recv(65536))
            try:
                heard += client.read(65536)
            except ssl.SSLWantReadError:
                continue
        assert heard.startswith(b"250-mx.test\r\n")
        line.close()


def test_where_starttls_is_wrong(place: Place):
    """With an argument, within a mail; each said, nothing broken."""
    with place.door() as door:
        line = door.connect()
        assert line.ask("STARTTLS now") == "501 5.5.4 STARTTLS takes no argument"
        line.ask("MAIL FROM:<a@x.test>")
        assert line.ask("STARTTLS") == "503 5.5.1 not inside a mail"
        line.ask("RSET")
        assert line.ask("STARTTLS").startswith("220")
        place.upgrade(line)
        assert line.ask("NOOP").startswith("250")


def test_a_port_without_tls_says_so(place: Place):
    """Neither in EHLO nor in HELP; asked for, 502."""
    with place.door("none") as door:
        line = door.connect()
        assert "STARTTLS" not in line.ask("EHLO client.test") + line.ask("HELP")
        assert line.ask("STARTTLS") == "502 5.5.1 this command is not offered"


def test_tls_can_be_made_a_must(place: Place):
    """--smtp-require-tls: 530 for all but what leads there (RFC 3207 §4), and AUTH is not offered before."""
    with place.door(section=SmtpSection(require_tls=True)) as door:
        line = door.connect()
        assert "AUTH" not in line.ask("EHLO client.test")
        for command in ("MAIL FROM:<a@x.test>", f"AUTH PLAIN {PLAIN}", "RSET", "VRFY x"):
            assert line.ask(command) == "530 5.7.0 STARTTLS must come first"
        assert line.ask("NOOP").startswith("250")
        line.ask("STARTTLS")
        place.upgrade(line)
        assert "250-AUTH PLAIN LOGIN" in line.ask("EHLO client.test").splitlines()
        assert line.ask("MAIL FROM:<a@x.test>").startswith("250")


def distrusts(door: Running) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(door.connect(greeted=False).sock, server_hostname="localhost")


@pytest.mark.parametrize("protection", ["starttls", "implicit"])
@pytest.mark.parametrize(
    ("client", "said"),
    [("distrust", "the client does not trust the certificate: unknown ca"),
     ("plain", "the client spoke no TLS"),
     ("gone", "the client closed the connection in the TLS handshake")],
)  # fmt: skip
def test_a_handshake_that_fails_is_the_sessions_outcome(place: Place, protection: Protection, client: str, said: str):
    """In words, also where the client said nothing else; the door serves the next one."""
    with place.door(protection) as door:
        line = door.connect(greeted=protection == "starttls")
        if protection == "starttls":
            line.ask("STARTTLS")
        if client == "distrust":
            with pytest.raises(ssl.SSLError):
                ssl.create_default_context().wrap_socket(line.sock, server_hostname="localhost")
        elif client == "plain":
            line.send(b"EHLO x.test\r\n")
            line.sock.recv(100)
        line.close()
        session = the_session(door)
        assert (session.outcome, session.rejected, session.tls) == (said, 1, None)
        if protection == "implicit":
            assert place.secure(door).reply().startswith("220 ")


def test_a_silent_handshake_ends(place: Place, monkeypatch: pytest.MonkeyPatch):
    """It has its own time, and does not hold a place."""
    monkeypatch.setattr(tls_module.secure, "__defaults__", (0.1,))
    with place.door("implicit") as door:
        line = door.connect(greeted=False)
        assert line.reply() == ""
        assert the_session(door).outcome == "the client did not finish the TLS handshake in time"


# Implicit TLS


def test_implicit_tls_greets_inside(place: Place):
    """The first thing a client hears of SMTP is protected, and STARTTLS is not offered on top."""
    with place.door("implicit") as door:
        line = place.secure(door)
        assert line.reply().startswith("220 mx.test")
        assert "STARTTLS" not in line.ask("EHLO client.test")
        assert line.ask("STARTTLS").startswith("503 5.5.1 TLS is on already")
        line.ask(MAIL)
        assert [line.reply() for _ in range(3)][-1].startswith("250 2.0.0 Ok")
        assert line.ask("QUIT").startswith("221")
        assert line.reply() == ""
        session = the_session(door)
    assert session.outcome == "QUIT"
    assert {each[0] for each in spoken(session)} == {"T"}


def test_a_large_mail_over_tls_is_stored_byte_for_byte(place: Place):
    """Three megabytes with every byte value, in pieces that fit no record."""
    body = bytes(range(256)) * 12_288
    stored = body.replace(b"\r\n.", b"\r\nx")
    with place.door("implicit") as door:
        line = place.secure(door)
        line.reply()
        for command in ("EHLO x", "MAIL FROM:<a@x.test>", "RCPT TO:<b@x.test>", "DATA"):
            line.ask(command)
        line.send(b"Subject: s\r\n\r\n" + stored + b"\r\n.\r\n")
        assert line.reply().startswith("250 ")
        (summary,) = door.store.messages().messages
        assert door.store.raw(summary.id) == b"Subject: s\r\n\r\n" + stored + b"\r\n"


def test_one_too_many_is_turned_away_without_a_handshake(place: Place):
    """The place that it would take is the handshake's work."""
    with place.door("implicit", SmtpSection(max_connections=1)) as door:
        first = place.secure(door)
        first.reply()
        second = door.connect(greeted=False)
        assert second.reply() == ""
        assert first.ask("NOOP").startswith("250")


def test_stopping_waits_for_no_handshake(place: Place):
    """Who is in the middle of it is cut off, in no more time than others, and hears no plain word."""
    with place.door("implicit") as door:
        line = door.connect(greeted=False)
        other = place.secure(door)
        other.reply()
        door.stop()
        try:
            heard = line.sock.recv(100)
        except ConnectionResetError:
            heard = b""
        assert heard == b""
        assert other.reply() == "421 4.3.2 mailcatch is stopping"


def test_a_new_certificate_holds_for_the_next_connection(place: Place, tmp_path: Path):
    """Whoever is inside stays inside."""
    with place.door("implicit") as door:
        before = place.secure(door)
        before.reply()
        shown = before.sock.getpeercert(binary_form=True)  # type: ignore[attr-defined]
        (tmp_path / "tls" / "server.pem").unlink()
        place.tls.reload()
        after = place.secure(door)
        assert after.sock.getpeercert(binary_form=True) != shown  # type: ignore[attr-defined]
        assert before.ask("NOOP").startswith("250")


def test_many_handshakes_at_once(place: Place):
    """Forty clients begin together: each is greeted."""
    with place.door("implicit") as door:
        greetings: list[str] = []
        threads = [threading.Thread(target=lambda: greetings.append(place.secure(door).reply())) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert [each[:4] for each in greetings] == ["220 "] * 40


# AUTH against a file


def test_the_right_password(place: Place):
    """Also in plain text: what is tested is an application, on one machine; what follows waits for the check."""
    with place.door("none") as door:
        line = door.connect()
        line.send(f"AUTH PLAIN {PLAIN}\r\nNOOP\r\nQUIT\r\n".encode())
        assert [line.reply()[:9] for _ in range(3)] == ["235 2.7.0", "250 2.0.0", "221 2.0.0"]
        assert the_session(door).auth_user == "bob"


def test_a_wrong_password_three_times(place: Place):
    """535 each time, then the door closes; neither password nor hash is in the transcript."""
    with place.door("none") as door:
        line = door.connect()
        assert line.ask(f"AUTH PLAIN {WRONG}") == "535 5.7.8 user or password is wrong"
        assert line.ask("AUTH LOGIN").startswith("334")
        assert line.ask(base64.b64encode(b"bob")).startswith("334")
        assert line.ask(base64.b64encode(b"guess")).startswith("535 5.7.8")
        line.send(f"AUTH PLAIN {WRONG}\r\n".encode())
        assert [line.reply(), line.reply()] == [
            "535 5.7.8 user or password is wrong",
            "421 4.7.0 too many failed logins",
        ]
        session = the_session(door)
    assert (session.outcome, session.auth_user) == ("refused: too many failed logins", None)
    said = "\n".join(spoken(session))
    assert "guess" not in said and "secret" not in said and WRONG not in said
    assert "-* user or password is wrong: bob" in said


def test_without_a_login_mail_is_taken_unless_it_is_a_must(place: Place):
    """--auth-file makes logins real, --require-auth makes them needed."""
    with place.door("none") as door:
        assert door.connect().ask("MAIL FROM:<a@x.test>").startswith("250")
    with place.door("none", required=True) as door:
        line = door.connect()
        assert line.ask("MAIL FROM:<a@x.test>") == "530 5.7.0 authentication required"
        assert line.ask(f"AUTH PLAIN {PLAIN}").startswith("235")
        assert line.ask("MAIL FROM:<a@x.test>").startswith("250")


def test_a_client_that_leaves_while_its_password_is_checked(place: Place):
    """Its going is the outcome; the check ends in nothing."""
    with place.door("none") as door:
        for _ in range(2):  # the second one waits for its failure's delay
            line = door.connect()
            line.send(f"AUTH PLAIN {WRONG}\r\n".encode())
            line.close()
        outcomes = {session.outcome for session in door.ended_sessions(2)}
        assert outcomes == {"the client closed the connection"}
        assert door.connect().ask(f"AUTH PLAIN {PLAIN}").startswith("235")
