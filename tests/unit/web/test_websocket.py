"""mailcatch.web.websocket: the protocol, as clients get it wrong. Following the log: test_live."""

from __future__ import annotations

import pytest
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from mailcatch.web.problems import Problem
from mailcatch.web.websocket import MAX_MESSAGE, handshake
from tests.support.web import Web
from tests.support.websocket import Closed, WebSocket

GOOD = {
    "REQUEST_METHOD": "GET",
    "HTTP_CONNECTION": "Upgrade",
    "HTTP_UPGRADE": "websocket",
    "HTTP_SEC_WEBSOCKET_VERSION": "13",
    "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
}


def test_the_handshake_of_the_standard() -> None:
    """RFC 6455 §1.3 gives key and answer."""
    assert dict(handshake(GOOD))["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize(
    "wrong",
    [
        {"HTTP_CONNECTION": "close"},
        {"HTTP_UPGRADE": "h2c"},
        {"HTTP_SEC_WEBSOCKET_VERSION": "12"},
        {"HTTP_SEC_WEBSOCKET_KEY": "short"},
        {"HTTP_SEC_WEBSOCKET_KEY": "\xff"},
        {"REQUEST_METHOD": "POST"},
    ],
)
def test_handshakes_that_are_none(wrong: dict[str, str]) -> None:
    """Each is answered with a problem."""
    with pytest.raises(Problem):
        handshake({**GOOD, **wrong})


@pytest.fixture
def connected(door: Web) -> WebSocket:
    connected = WebSocket(door.client.address, "/v1/live")
    assert connected.frame()["kind"] == "hello"
    return connected


def test_what_a_client_says_is_ignored(door: Web, connected: WebSocket) -> None:
    """Messages, also in fragments, pings and pongs: the log goes on."""
    connected.send(TextMessage("hello"))
    connected.send(BytesMessage(b"x" * MAX_MESSAGE))
    connected.send(TextMessage("a", message_finished=False))
    connected.send(Ping(b"?"))
    connected.send(TextMessage("b"))
    connected.send(Pong())
    id = door.deliver()
    assert connected.frame()["id"] == id
    connected.socket.close()


def test_a_close_is_answered(connected: WebSocket) -> None:
    """With the client's own code."""
    connected.send(CloseConnection(3999, "bye"))
    with pytest.raises(Closed) as closed:
        connected.frame()
    assert closed.value.code == 3999
    assert connected.socket.recv(1) == b""
    connected.socket.close()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\xff" + (MAX_MESSAGE + 1).to_bytes(8, "big") + b"\0" * 4 + b"x" * (MAX_MESSAGE + 1), 1009),
        (b"\x81\x05hello", 1002),
        (b"\xc1\x85\0\0\0\0hello", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (b"\x81\x82\0\0\0\0\xff\xff", 1007),
    ],
)
def test_broken_frames_end_the_connection(door: Web, connected: WebSocket, data: bytes, code: int) -> None:
    """Too big, unmasked, reserved bits, reserved opcode, not UTF-8: each with its code, and the server lives."""
    connected.socket.sendall(data)
    with pytest.raises(Closed) as closed:
        connected.frame()
    assert closed.value.code == code
    connected.socket.close()
    assert door.client.get("/v1/cursor").status == 200
