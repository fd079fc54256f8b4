"""`mailcatch send`: over SMTP, the bytes as they are."""

import json
from pathlib import Path

import pytest

from mailcatch.app import Service
from tests.support.http import Http
from tests.support.service import http_of, smtp_of
from tests.support.wire import as_sent
from tests.unit.cli.conftest import MAIL, Command


def message(service: Service, id: str) -> dict:
    with Http(http_of(service)) as http:
        return http.get(f"/v1/messages/{id.strip()}").json()


def raw(service: Service, id: str) -> bytes:
    with Http(http_of(service)) as http:
        return http.get(f"/v1/messages/{id.strip()}/raw").body


def test_the_sample(command: Command, url: str, service: Service):
    """Without a file there is one: its id on stdout, where it went on stderr."""
    result = command("send")
    assert result.code == 0
    shown = message(service, result.out)
    assert shown["subject"] == "It works: a sample from mailcatch ✓"
    assert shown["attachment_count"] == 2
    assert shown["parse_error"] is None
    assert result.err.startswith("sent to ")


def test_sender_and_recipients(command: Command, url: str, service: Service):
    """--from and --to are the envelope; UTF-8 addresses go by SMTPUTF8."""
    shown = message(service, command("send", "--from", "jörg@x.test", "--to", "a@x.test", "--to", "bü@x.test").out)
    envelope = shown["envelope"]
    assert envelope["mail_from"] == "jörg@x.test"
    assert [each["address"] for each in envelope["rcpt_to"]] == ["a@x.test", "bü@x.test"]


def test_the_null_sender(command: Command, url: str, service: Service):
    """As bounces have it."""
    assert message(service, command("send", "--from", "<>", "--to", "a@x.test").out)["mail_from"] == ""


NASTY = [
    MAIL,
    b"To: b@x.test\r\n\r\n.\r\n..\r\nx\r\n",
    b"To: b@x.test\n\n.\n.dot after a bare LF\nno line end",
    b"To: b@x.test\r\n\r\n\xff\xfe 8-bit \x80\r\n",
    b".To: b@x.test\r\nTo: b@x.test\r\n\r\n",
]


@pytest.mark.parametrize("mail", NASTY)
def test_a_file_is_sent_byte_by_byte(command: Command, url: str, service: Service, tmp_path: Path, mail: bytes):
    """Dots, bare LF, 8-bit: what is stored is the file."""
    file = tmp_path / "mail.eml"
    file.write_bytes(mail)
    assert as_sent(mail) == raw(service, command("send", file).out)


def test_the_envelope_of_a_file_is_its_header(command: Command, url: str, service: Service):
    """To, Cc and Bcc are recipients, Sender before From; - is stdin."""
    mail = b"From: a@x.test\r\nSender: s@x.test\r\nTo: B <b@x.test>, c@x.test\r\nCc: d@x.test\r\nBcc: e@x.test\r\n\r\n"
    shown = message(service, command("send", "-", stdin=mail).out)
    assert shown["mail_from"] == "s@x.test"
    assert shown["rcpt_to"] == ["b@x.test", "c@x.test", "d@x.test", "e@x.test"]


def test_many_files_one_connection(command: Command, url: str, tmp_path: Path):
    """An id each, in their order; --json for programs."""
    for number in range(3):
        (tmp_path / f"{number}.eml").write_bytes(MAIL)
    result = command("send", "--json", *sorted(tmp_path.iterdir()))
    ids = json.loads(result.out)["ids"]
    assert len(set(ids)) == 3


def test_a_mail_for_nobody_is_said(command: Command, url: str):
    """No recipient anywhere: exit 2, and the option that helps."""
    result = command("send", "-", stdin=b"Subject: x\r\n\r\n")
    assert result.code == 2
    assert "names no recipient: say --to ADDRESS" in result.err


def test_a_refusal_is_told(command: Command, url: str):
    """The server's reply is the explanation."""
    result = command("send", "--to", "a\x01b@x.test")
    assert result.code == 1
    assert "the server refused it: 5" in result.err


def test_straight_to_a_port(command: Command, service: Service):
    """--smtp needs no web; nobody there is exit 3."""
    assert command("send", "--smtp", "{}:{}".format(*smtp_of(service))).code == 0
    assert command("send", "--smtp", "127.0.0.1:9").code == 3
