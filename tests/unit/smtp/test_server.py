"""One SMTP connection, over a real socket and a real store."""

from __future__ import annotations

import asyncio
import base64
import inspect
import logging
import select
import socket
import struct
import threading
import types
from collections.abc import Callable
from concurrent.futures import Future

import aiosmtpd.smtp
import pytest

from mailcatch.auth import Authority
from mailcatch.config import AuthSection, SmtpSection
from mailcatch.errors import Overloaded, StoreError
from mailcatch.inbox import Inbox
from mailcatch.smtp.dialogue import AUTH_LIMIT, COMMAND_LIMIT, Rules
from mailcatch.smtp.door import Door
from mailcatch.smtp.server import AHEAD, Server
from mailcatch.store.api import Added, Store
from tests.support.smtp import Line, Running, running

MAIL = ("MAIL FROM:<a@x.test>", "RCPT TO:<b@x.test>")


def begin(line: Line) -> None:
    for command in MAIL:
        assert line.ask(command).startswith("250 2.1.")
    assert line.ask("DATA").startswith("354 ")


def stored(opened: Running) -> list[bytes]:
    return [opened.store.raw(summary.id) for summary in opened.store.messages(order="asc", limit=1000).messages]


def test_a_mail_is_stored_byte_for_byte(smtp: Running):
    """What was sent is what raw gives, and the 250 carries its id (G1, G2)."""
    line = smtp.connect()
    begin(line)
    reply = line.ask(b"Subject: x\r\n\r\n..dot\nbare \x00\xff\r\n.")
    id = reply.removeprefix("250 2.0.0 Ok: queued as ")
    assert smtp.store.raw(id) == b"Subject: x\r\n\r\n.dot\nbare \x00\xff\r\n"


def test_a_whole_transaction_in_one_packet(smtp: Running):
    """Pipelined commands, data and the next mail's commands are taken as they come (RFC 2920)."""
    line = smtp.connect()
    one = b"MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nSubject: 1\r\n\r\n.\r\n"
    line.send(one + one.replace(b"1", b"2") + b"QUIT\r\n")
    replies = [line.reply() for _ in range(9)]
    assert [reply[:3] for reply in replies] == ["250", "250", "354", "250", "250", "250", "354", "250", "221"]
    assert stored(smtp) == [b"Subject: 1\r\n\r\n", b"Subject: 2\r\n\r\n"]


def test_ehlo_names_the_extensions(smtp: Running):
    """Exactly what is offered, with the size limit."""
    line = smtp.connect(greeted=False)
    line.reply()
    lines = line.ask("EHLO x").splitlines()
    assert [entry[4:] for entry in lines] == [
        "mx.test", "PIPELINING", f"SIZE {50 << 20}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "AUTH PLAIN LOGIN", "HELP",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("NOOP", "250 2.0.0"),
        ("RSET", "250 2.0.0"),
        ("VRFY bob", "252 2.5.0"),
        ("VRFY", "501 5.5.4"),
        ("HELP", "214 2.0.0"),
        ("FOO", "500 5.5.2"),
        ("", "500 5.5.2"),
        ("EHLO", "501 5.5.4"),
        ("RCPT TO:<a@b>", "503 5.5.1"),
        ("DATA", "503 5.5.1"),
        ("STARTTLS", "502 5.5.1"),
        ("BDAT 1 LAST", "502 5.5.1"),
        ("MAIL FROM:<a\x01b@c>", "501 5.1.7"),
        ("MAIL FROM:<a@b> SIZE=99999999999", "552 5.3.4"),
        ("MAIL FROM:<a@b> FOO=1", "555 5.5.4"),
        ("AUTH GSSAPI", "504 5.5.4"),
        ("AUTH PLAIN !!!", "501 5.5.2"),
        ("QUIT", "221 2.0.0"),
    ],
)
def test_every_reply_has_its_codes(smtp: Running, command: str, reply: str):
    """ENHANCEDSTATUSCODES is a promise (RFC 2034)."""
    assert smtp.connect().ask(command).startswith(reply)


def test_the_order_of_commands(smtp: Running):
    """A second MAIL, and DATA without a recipient, are refused; RSET begins anew."""
    line = smtp.connect()
    line.ask(MAIL[0])
    assert line.ask(MAIL[0]).startswith("503 5.5.1")
    assert line.ask("DATA").startswith("554 5.5.1")
    assert line.ask("RSET").startswith("250")
    assert line.ask(MAIL[0]).startswith("250")


def test_the_null_sender(smtp: Running):
    """`MAIL FROM:<>` is stored as the empty reverse-path."""
    line = smtp.connect()
    line.ask("MAIL FROM:<>")
    line.ask(MAIL[1])
    line.ask("DATA")
    id = line.ask("x\r\n.").rpartition(" ")[2]
    assert smtp.store.message(id).envelope.mail_from == ""


def test_the_envelope_keeps_what_was_said(smtp: Running):
    """Recipients in order, parameters, HELO, user (G3)."""
    line = smtp.connect()
    line.ask("AUTH PLAIN " + base64.b64encode(b"\0gw0\0secret").decode())
    line.ask("MAIL FROM:<a@x> BODY=8BITMIME SMTPUTF8")
    for name in ("b", "c", "b"):
        line.ask(f"RCPT TO:<{name}@ü.test>")
    line.ask("DATA")
    envelope = smtp.store.message(line.ask("x\r\n.").rpartition(" ")[2]).envelope
    assert [recipient.address for recipient in envelope.rcpt_to] == ["b@ü.test", "c@ü.test", "b@ü.test"]
    assert envelope.mail_params == {"BODY": "8BITMIME", "SMTPUTF8": ""}
    assert (envelope.helo, envelope.auth_user, envelope.protocol) == ("client.test", "gw0", "ESMTP")


def test_a_failed_transaction_leaves_nothing_behind(smtp: Running):
    """Its recipient never shows up in the next mail."""
    line = smtp.connect()
    line.ask(MAIL[0])
    line.ask("RCPT TO:<secret@x>")
    line.ask("RSET")
    begin(line)
    assert smtp.store.message(line.ask("x\r\n.").rpartition(" ")[2]).summary.rcpt_to == ("b@x.test",)


def test_too_large_is_read_away():
    """552, none of it is a command, and the connection goes on."""
    with running(SmtpSection(max_message_size=1_000)) as opened:
        line = opened.connect()
        begin(line)
        assert line.ask(b"QUIT\r\n" * 5_000 + b".").startswith("552 5.3.4")
        begin(line)
        assert line.ask("small\r\n.").startswith("250")
        assert stored(opened) == [b"small\r\n"]


def test_too_many_recipients():
    """452 for those beyond the limit; the others get the mail."""
    with running(SmtpSection(max_recipients=2)) as opened:
        line = opened.connect()
        line.ask(MAIL[0])
        replies = [line.ask(f"RCPT TO:<{n}@x>")[:9] for n in range(3)]
        assert replies == ["250 2.1.5", "250 2.1.5", "452 4.5.3"]
        line.ask("DATA")
        assert line.ask("x\r\n.").startswith("250")


def test_long_lines(smtp: Running):
    """A command of more than 4 KiB is refused, an AUTH line may be longer, and the next command is read."""
    line = smtp.connect()
    assert line.ask("NOOP " + "x" * COMMAND_LIMIT).startswith("500 5.5.2")
    line.ask("AUTH PLAIN")
    assert line.ask("x" * (AUTH_LIMIT + 100)).startswith("500 5.5.6")
    token = base64.b64encode(b"\0u\0" + b"t" * 6_000).decode()
    assert line.ask(f"AUTH PLAIN {token}").startswith("235 2.7.0")


def test_auth_dialogues(smtp: Running):
    """PLAIN and LOGIN without initial response, `*`, and once only."""
    line = smtp.connect()
    assert line.ask("AUTH PLAIN") == "334 "
    assert line.ask("*").startswith("501 5.7.0")
    assert line.ask("AUTH LOGIN") == "334 VXNlcm5hbWU6"
    assert line.ask(base64.b64encode(b"user")) == "334 UGFzc3dvcmQ6"
    assert line.ask(base64.b64encode(b"secret")).startswith("235 2.7.0")
    assert line.ask("AUTH LOGIN").startswith("503 5.5.1")


def test_secrets_are_masked_in_the_transcript(smtp: Running):
    """Neither an initial response nor an answer is kept."""
    line, token = smtp.connect(), base64.b64encode(b"\0user\0secret").decode()
    line.ask("AUTH LOGIN")
    line.ask("*")
    line.ask(f"AUTH PLAIN {token}")
    begin(line)
    id = line.ask("x\r\n.").rpartition(" ")[2]
    session_id = smtp.store.message(id).summary.session_id
    assert session_id is not None
    session, ids = smtp.store.session(session_id)
    text = "\n".join(entry.line for entry in session.transcript or ())
    assert (token in text, "AUTH PLAIN ***" in text, "3 bytes of data" in text, ids) == (False, True, True, (id,))


def test_an_end_in_data_stores_nothing(smtp: Running):
    """Closed at each byte: no row, and the next client is served."""
    whole = b"MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nSubject: x\r\n\r\nbody\r\n.\r"
    for end in range(len(whole)):
        line = smtp.connect(greeted=False)
        line.send(whole[:end])
        line.close()
    line = smtp.connect()
    begin(line)
    assert line.ask("after\r\n.").startswith("250")
    assert stored(smtp) == [b"after\r\n"]


@pytest.mark.parametrize(
    ("section", "command", "times", "outcome"),
    [
        (SmtpSection(max_errors=3), "FOO", 4, "421 4.7.0 too many errors"),
        (SmtpSection(max_junk=5), "NOOP", 5, "421 4.7.0 too many commands"),
    ],
)
def test_patience_ends(section: SmtpSection, command: str, times: int, outcome: str):
    """Errors and idle talk since the last accepted mail are counted; then the connection closes."""
    with running(section) as opened:
        line = opened.connect()
        replies = [line.ask(command) for _ in range(times)]
        last = replies[-1] if replies[-1].startswith("421") else line.reply()
        assert last.startswith(outcome)
        assert line.reply() == ""


def test_an_accepted_mail_renews_patience():
    """Pooled clients send RSET and NOOP between mails."""
    with running(SmtpSection(max_junk=5)) as opened:
        line = opened.connect()
        for _ in range(4):
            for _ in range(4):
                assert line.ask("NOOP").startswith("250")
            begin(line)
            assert line.ask("x\r\n.").startswith("250")


def test_a_silent_client_is_told():
    """421 4.4.2, not just a closed connection; its session is kept."""
    with running(SmtpSection(idle_timeout=0.2)) as opened:
        line = opened.connect()
        assert line.reply().startswith("421 4.4.2")
        assert line.reply() == ""


def test_too_many_connections():
    """The one beyond the limit is refused with a reason; when one leaves there is room again."""
    with running(SmtpSection(max_connections=1)) as opened:
        first = opened.connect()
        assert Line(opened.address).reply().startswith("421 4.7.0 too many connections")
        assert first.ask("QUIT").startswith("221")
        assert first.reply() == ""
        assert opened.connect().ask("NOOP").startswith("250")


class Failing(Inbox):
    """An inbox whose disk fails: the door is what is tested."""

    error: Exception = Overloaded("the disk is full")

    def accept(self, *args: object, **kwargs: object) -> Future[Added]:
        failed: Future[Added] = Future()
        failed.set_exception(self.error)
        return failed


@pytest.mark.parametrize(
    ("error", "reply"),
    [
        (Overloaded("full"), "452 4.3.1 full"),
        (StoreError("bad"), "451 4.3.0 bad"),
        (ValueError("x"), "451 4.3.0 an error of ours"),
    ],
)
def test_a_mail_that_cannot_be_stored(error: Exception, reply: str):
    """The sender is told to come again, and the connection goes on (G6)."""

    def inbox_of(store: Store) -> Inbox:
        inbox = Failing(store)
        inbox.error = error
        return inbox

    with running(inbox_of=inbox_of) as opened:
        line = opened.connect()
        begin(line)
        assert line.ask("x\r\n.").startswith(reply)
        assert line.ask("NOOP").startswith("250")


def test_what_we_use_of_aiosmtpd_is_there():
    """Its private names may go with any release: this fails then, rather than a user's mail."""
    base = aiosmtpd.smtp.SMTP
    for name in ("connection_made", "eof_received", "connection_lost", "_create_session", "__del__"):
        assert callable(getattr(base, name)), name
    assert "_closed" in base.__del__.__code__.co_consts  # why __init__ sets it
    assert list(inspect.signature(base._create_session).parameters) == ["self"]
    session, envelope = aiosmtpd.smtp.Session(None), aiosmtpd.smtp.Envelope()  # type: ignore[arg-type]
    assert (session.host_name, session.extended_smtp, session.authenticated, session.peer) == (None, False, None, None)
    assert (envelope.mail_from, envelope.rcpt_tos, envelope.smtp_utf8) == (None, [], False)


def test_aiosmtpd_names_are_kept(smtp: Running):
    """What code that knows aiosmtpd looks at: session, envelope, hostname, loop, transport."""
    line = smtp.connect()
    line.ask("MAIL FROM:<a@x.test>")
    (server,) = smtp.door._servers
    assert isinstance(server, aiosmtpd.smtp.SMTP)
    assert (server.session.host_name, server.session.extended_smtp) == ("client.test", True)
    assert (server.envelope.mail_from, server.hostname, server.loop) == ("a@x.test", "mx.test", smtp.loop)


def test_replies_to_one_packet_come_in_one(smtp: Running):
    """A pipelined group is answered by one send, and without Nagle's wait."""
    line = smtp.connect()
    line.send(b"NOOP\r\n" * 50)
    assert line.sock.recv(1 << 20) == b"250 2.0.0 OK\r\n" * 50
    (server,) = smtp.door._servers
    ours = server.transport.get_extra_info("socket")
    assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_last_word_is_read_by_a_client_that_goes_on_talking():
    """Closing on unread bytes would be a reset, and the reason lost."""
    with running(SmtpSection(max_errors=1)) as opened:
        line = opened.connect()
        line.send(b"FOO\r\n" * 100_000)
        said = b""
        while piece := line.sock.recv(1 << 16):
            said += piece
        assert said.endswith(b"421 4.7.0 too many errors\r\n")


class Held(Inbox):
    """An inbox whose store takes its time: the futures are resolved when the test says so."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.asked: list[Future[Added]] = []
        self.news = threading.Semaphore(0)

    def accept(self, *args: object, **kwargs: object) -> Future[Added]:
        self.asked.append(Future())
        self.news.release()
        return self.asked[-1]


def test_a_client_that_goes_before_the_reply(caplog: pytest.LogCaptureFixture):
    """It breaks nothing: neither its session, nor the answer for whoever waits beside it."""
    caplog.set_level(logging.INFO, "mailcatch")
    boxes: list[Held] = []

    def held(store: Store) -> Inbox:
        boxes.append(Held(store))
        return boxes[0]

    with running(inbox_of=held) as opened:
        gone, stays = opened.connect(), opened.connect()
        for line in (gone, stays):
            begin(line)
            line.send(b"x\r\n.\r\n")
            assert boxes[0].news.acquire(timeout=10)
        gone.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.close()  # with a reset: an end alone could be of its half
        (session,) = opened.ended_sessions(1)
        assert session.outcome == "the client closed the connection before the reply"
        for number, future in enumerate(boxes[0].asked):
            future.set_result(Added(f"id{number}", number))
        assert stays.reply() == "250 2.0.0 Ok: queued as id1"
        stays.ask("QUIT")
    assert [record for record in caplog.records if record.levelname != "INFO"] == []
    assert [record.getMessage() for record in caplog.records if "session" in vars(record)] == ["session ended"] * 2


def test_a_cancelled_mail_is_refused():
    """Whoever cancels it, the client is not left without an answer."""
    boxes: list[Held] = []

    def held(store: Store) -> Inbox:
        boxes.append(Held(store))
        return boxes[0]

    with running(inbox_of=held) as opened:
        line = opened.connect()
        begin(line)
        line.send(b"x\r\n.\r\n")
        assert boxes[0].news.acquire(timeout=10)
        boxes[0].asked[0].cancel()
        assert line.reply().startswith("451 4.3.0")
        assert line.ask("NOOP").startswith("250")


def test_what_is_sent_ahead_is_bounded():
    """While its mail is being stored a client may send on, but not without end."""
    boxes: list[Held] = []

    def held(store: Store) -> Inbox:
        boxes.append(Held(store))
        return boxes[0]

    with running(inbox_of=held) as opened:
        line = opened.connect()
        begin(line)
        line.send(b"x\r\n.\r\n")
        assert boxes[0].news.acquire(timeout=10)
        line.sock.setblocking(False)
        sent = 0
        while sent < 64 << 20 and select.select([], [line.sock], [], 0.5)[1]:
            sent += line.sock.send(b"NOOP xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n" * 1000)
        (server,) = opened.door._servers
        assert sent < 64 << 20  # the system's own buffers are some megabytes
        assert len(server._lines) < AHEAD + (512 << 10)


class Clock:
    """A loop's time, which the test moves, and its timers."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Clock:
        self.timers.append((self.now + seconds, callback))
        return self

    def cancel(self) -> None:
        """Forget the timer: a connection has only one at a time, so the clock stands for it."""
        self.timers.clear()

    def pass_(self, seconds: float) -> None:
        """Let time go by, and every timer go off in its turn."""
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer[0] <= end]:
            first = min(due, key=lambda timer: timer[0])
            self.timers.remove(first)
            self.now = first[0]
            first[1]()
        self.now = end


class Pipe(asyncio.Transport):
    """The transport of a client that reads all it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told = b""
        self.closed = False

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("127.0.0.1", 1)

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.told += data

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True


def slow_client(section: SmtpSection) -> tuple[Clock, Pipe, Callable[[bytes], None]]:
    """Connect a client whose time is the test's; give its clock, what it hears, and how it speaks."""
    clock, pipe = Clock(), Pipe()
    inbox = types.SimpleNamespace(check_room=lambda size: None, record=lambda session: Future())
    rules = Rules("mx.test", section, inbox.check_room, Authority(AuthSection()))
    door = Door(inbox, rules, None, clock)  # type: ignore[arg-type]
    server = Server(door)
    server.connection_made(pipe)

    def speak(data: bytes) -> None:
        server.get_buffer(-1)[: len(data)] = data
        server.buffer_updated(len(data))

    return clock, pipe, speak


DATA = b"MAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\n"


def test_data_that_moves_is_not_idle():
    """However long it takes: 500 bytes a second are enough."""
    clock, pipe, speak = slow_client(SmtpSection())
    speak(DATA)
    for _ in range(3600):
        clock.pass_(1)
        speak(b"x" * 500)
    assert pipe.told.endswith(b"354 go ahead; end with CRLF.CRLF\r\n")


def test_data_that_crawls_is_cut_off():
    """A byte every ten seconds keeps no connection for a day."""
    clock, pipe, speak = slow_client(SmtpSection())
    speak(DATA)
    for _ in range(20):
        clock.pass_(10)
        speak(b"x")
    assert pipe.told.endswith(b"421 4.4.2 the data come too slowly\r\n")
    assert pipe.closed


def test_a_slow_start_is_forgiven():
    """A client that makes its mail while it sends it may take a minute."""
    clock, pipe, speak = slow_client(SmtpSection())
    speak(DATA)
    clock.pass_(59)
    speak(b"x" * 30_000)
    clock.pass_(1)
    assert not pipe.closed


def test_half_a_command_is_no_sign_of_life():
    """Five minutes are for a whole line: a byte every minute would hold a place for ever."""
    clock, pipe, speak = slow_client(SmtpSection())
    speak(b"NOOP\r\n")
    for _ in range(5):
        clock.pass_(60)
        speak(b"x")
    assert pipe.told.endswith(b"421 4.4.2 nothing was heard for too long\r\n")


def test_commands_keep_a_connection():
    """A pooled client that asks every four minutes stays."""
    clock, pipe, speak = slow_client(SmtpSection())
    for _ in range(50):
        clock.pass_(240)
        speak(b"NOOP\r\n")
    assert pipe.told.endswith(b"250 2.0.0 OK\r\n")
    assert not pipe.closed
