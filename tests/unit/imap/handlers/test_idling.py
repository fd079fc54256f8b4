"""IDLE."""

import socket

from mailcatch.connection import connection
from tests.support.imap import Client, Running, running


def test_two_sessions_that_idle_are_both_told(door: Running, client: Client, user: str):
    r"""And one of them has what is `\Recent`."""
    other = door.client(user)
    for each in (client, other):
        each.idle()
    door.deliver(to=user)
    said = [[each.response()] for each in (client, other)]
    assert said == [[b"* 4 EXISTS\r\n"], [b"* 4 EXISTS\r\n"]]
    assert [each.done().ok for each in (client, other)] == [True, True]
    flags = [each.ask("FETCH 4 FLAGS").untagged[0] for each in (client, other)]
    assert sum(b"\\Recent" in each for each in flags) == 1


def test_done_is_taken_in_any_case_and_pipelined(client: Client):
    """A client may end it before it has begun."""
    client.send(b"x IDLE\r\ndone\r\ny NOOP\r\n")
    assert client.response().startswith(b"+ ")
    assert client.response().startswith(b"x OK") and client.response().startswith(b"y OK")


def test_who_does_not_read_catches_up_later(monkeypatch):
    """Nothing piles up for it, and in the end it knows all."""
    monkeypatch.setattr(connection, "HIGH_WATER", 0)
    with running() as door:
        client = door.client(mailbox=None)
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.ask("SELECT INBOX")
        client.idle()
        for _ in range(300):
            door.deliver()
        last = 0
        while last < 300:
            response = client.response()
            assert response, "the connection ended"
            if response.endswith(b"EXISTS\r\n"):
                last = int(response.split()[1])
        assert client.done().ok
