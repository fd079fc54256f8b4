"""Handing a mail to the sink."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mailcatch.cli.sendmail.codes import Failed
from mailcatch.cli.sendmail.delivery import Delivery, stuffed


@contextmanager
def server(*replies: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Be an SMTP server that has its replies ready: one to the connection, one to each line, one to the data's end."""
    heard: list[bytes] = []

    def serve() -> None:
        with listening.accept()[0] as client, client.makefile("rb") as file:
            for index, reply in enumerate(replies):
                if index:
                    heard.append(line := file.readline())
                    while replies[index - 1].startswith(b"354") and line not in {b".\r\n", b""}:
                        heard.append(line := file.readline())
                client.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1], heard
        thread.join(10)


EHLO = b"250-x\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
FINE = (b"220 x\r\n", EHLO, b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 ok\r\n", b"221 bye\r\n")


def send(port: int, raw: bytes = b"Subject: x\r\n\r\nhi\r\n", *to: str, sender: str = "a@x.test") -> list[str]:
    with Delivery("127.0.0.1", port) as delivery:
        return [f"{address} {reply}" for address, reply in delivery.send(sender, to or ("b@x.test",), raw)]


def test_the_dialogue():
    """Dots are doubled, the bytes are otherwise as they are."""
    with server(*FINE) as (port, heard):
        assert send(port, b"Subject: x\r\n\r\n.\r\n..a\r\n") == []
    assert heard == [
        b"EHLO localhost\r\n", b"MAIL FROM:<a@x.test>\r\n", b"RCPT TO:<b@x.test>\r\n", b"DATA\r\n",
        b"Subject: x\r\n", b"\r\n", b"..\r\n", b"...a\r\n", b".\r\n", b"QUIT\r\n",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "to", "said"),
    [
        ("Subject: x\r\n\r\nGrüße\r\n".encode(), "b@x.test", b" BODY=8BITMIME"),
        ("Subject: Grüße\r\n\r\n".encode(), "b@x.test", b" BODY=8BITMIME SMTPUTF8"),
        ("Subject: Grüße\r\n\r\n".encode("latin-1"), "b@x.test", b" BODY=8BITMIME"),
        (b"Subject: x\r\n\r\n", "bü@x.test", b" SMTPUTF8"),
    ],
)
def test_what_is_not_ascii_is_announced(raw: bytes, to: str, said: bytes):
    """8BITMIME for the content, SMTPUTF8 for addresses and for a header in UTF-8."""
    with server(*FINE) as (port, heard):
        send(port, raw, to)
    assert heard[1] == b"MAIL FROM:<a@x.test>" + said + b"\r\n"
    assert heard[2] == f"RCPT TO:<{to}>\r\n".encode()


def test_some_are_refused():
    """The others get it, and who does not is told."""
    replies = (*FINE[:3], b"250 ok\r\n", b"550 5.1.1 who?\r\n", *FINE[4:])
    with server(*replies) as (port, _):
        assert send(port, b"x: y\r\n\r\n", "b@x.test", "c@x.test") == ["c@x.test 550 5.1.1 who?"]


@pytest.mark.parametrize(
    ("replies", "code"),
    [
        ((b"421 4.3.2 busy\r\n",), 75),
        ((b"HTTP/1.1 400\r\n",), 74),
        ((b"",), 74),
        ((*FINE[:2], b"530 5.7.0 log in\r\n"), 77),
        ((*FINE[:3], b"550 5.1.1 who?\r\n", b"221 bye\r\n"), 67),
        ((*FINE[:5], b"552 5.3.4 too large\r\n"), 65),
        ((*FINE[:5], b"452 4.3.1 full\r\n"), 75),
        ((*FINE[:5], b""), 74),
    ],
)
def test_refusals_have_their_codes(replies: tuple[bytes, ...], code: int):
    """Whatever the server says instead, or if it says nothing."""
    with server(*replies) as (port, _), pytest.raises(Failed) as failed:
        send(port)
    assert failed.value.code == code


def test_an_address_that_the_server_cannot_take():
    """Without SMTPUTF8 an address in UTF-8 is not sent as something else."""
    with server(b"220 x\r\n", b"250 x\r\n") as (port, _), pytest.raises(Failed) as failed:
        send(port, b"x: y\r\n\r\n", "bü@x.test")
    assert failed.value.code == 65


def test_nobody_there():
    """To be tried again: 75."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Failed, match="is mailcatch running there") as failed:
        Delivery("127.0.0.1", port)
    assert failed.value.code == 75


@pytest.mark.parametrize(("raw", "sent"), [(b".", b".."), (b"a\r\n.b\r\n", b"a\r\n..b\r\n"), (b"a.\r\n", b"a.\r\n")])
def test_dots(raw: bytes, sent: bytes):
    """Only at the beginning of a line."""
    assert stuffed(raw) == sent
