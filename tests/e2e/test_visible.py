"""What a 250 promises: from then on the message is everywhere (G1)."""

from __future__ import annotations

from tests.support.http import Http
from tests.support.sink import sink
from tests.support.wire import Wire

LETTER = "From: a@x.example\r\nTo: b@y.example\r\nSubject: number {0}\r\n\r\nthe word is quokka{0}\r\n"


def test_250_means_listed_searchable_and_readable() -> None:
    """Right after each 250, on another connection, the message heads the list, is found by its word, and is read."""
    with sink() as running, Wire(running.smtp) as wire, Http(running.http) as http:
        for number in range(50):
            raw = LETTER.format(number).encode()
            message = wire.send(raw)
            found = http.get(f"/v1/messages?q=quokka{number}").json()["messages"]
            assert http.get("/v1/messages?limit=1").json()["messages"][0]["id"] == message
            assert message in [one["id"] for one in found]
            assert http.get(f"/v1/messages/{message}/raw").body == raw
