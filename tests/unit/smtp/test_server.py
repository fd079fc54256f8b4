"""One SMTP connection, over a real socket and a real store."""

from __future__ import annotations

import base64
import inspect
from concurrent.futures import Future

import aiosmtpd.smtp
import pytest

from mailcatch.config import SmtpSection
from mailcatch.errors import Overloaded, StoreError
from mailcatch.inbox import Inbox
from mailcatch.smtp.dialogue import AUTH_LIMIT, COMMAND_LIMIT
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
    for name in (
        "connection_made",
        "eof_received",
        "connection_lost",
        "_create_session",
        "_create_envelope",
    ):
        assert callable(getattr(base, name))
    assert list(inspect.signature(base._create_session).parameters) == ["self"]
    envelope = aiosmtpd.smtp.Envelope()
    assert (envelope.mail_from, envelope.rcpt_tos) == (None, [])
