"""Trying every door; the whole is tests/unit/cli/test_doctor.py's."""

import smtplib
import ssl

import pytest

from mailcatch.cli.checkup import Checkup, Door, _words
from mailcatch.cli.server import Server
from tests.support.scripted import scripted


@pytest.mark.parametrize(
    ("door", "shown"),
    [
        (Door("SMTP", "127.0.0.1", 25, "none"), "SMTP 127.0.0.1:25"),
        (Door("IMAP", "::1", 993, "implicit"), "IMAP [::1]:993 TLS"),
        (Door("POP3", "localhost", 110, "starttls"), "POP3 localhost:110 STARTTLS"),
    ],
)
def test_a_door_in_words(door: Door, shown: str):
    """Protocol, place, protection."""
    assert str(door) == shown


def test_a_listener_on_all_addresses_is_where_the_web_is():
    """0.0.0.0 is no place to connect to."""
    info = {"smtp": [{"host": "0.0.0.0", "port": 25, "tls": "none"}], "pop3": [], "imap": []}
    with scripted((200, info)) as script:
        (door,) = Checkup(Server(script.url), "t", None, None).doors()
        assert door.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "cannot be reached: Connection refused"),
        (smtplib.SMTPSenderRefused(530, b"5.7.0 login", "a"), "refused: 530 5.7.0 login; --user and --password"),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no")}), "refused: 550 no"),
        (EOFError("gone"), "gone"),
        (ssl.SSLError(1, "handshake"), "cannot be reached: handshake"),
    ],
)
def test_errors_in_words(error: Exception, words: str):
    """What a library raises, as a sentence."""
    assert _words(error).startswith(words)
