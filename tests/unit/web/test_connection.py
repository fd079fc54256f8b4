"""mailcatch.web.connection: the head of a request. Whole connections: test_server."""

from __future__ import annotations

import io

import pytest

from mailcatch.web.connection import BadHead, read_headers


def test_fields_are_read() -> None:
    """Names in Title-Case, values without blanks around, repeated ones as a list."""
    data = b"host: x\r\nAccept:a\r\nACCEPT: b \r\ncookie: c=1\r\nCookie: d=2\r\nX_Y: z\r\nX-Latin: \xfc\r\n\r\nrest"
    assert read_headers(io.BytesIO(data)) == {
        b"Host": b"x",
        b"Accept": b"a, b",
        b"Cookie": b"c=1; d=2",
        b"X-Latin": b"\xfc",
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Host: x\r\n",
        b"Host: x\n\r\n",
        b"Host x\r\n\r\n",
        b": x\r\n\r\n",
        b"Host : x\r\n\r\n",
        b"A: b\r\n c\r\n\r\n",
        b"A: b\rc\r\n\r\n",
        b"A: \0\r\n\r\n",
        b"Host: x\r\nhost: x\r\n\r\n",
        b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
        b"Origin: a\r\nOrigin: b\r\n\r\n",
    ],
)
def test_fields_that_are_none(data: bytes) -> None:
    """Whatever two readers could understand differently is refused."""
    with pytest.raises(BadHead):
        read_headers(io.BytesIO(data))
