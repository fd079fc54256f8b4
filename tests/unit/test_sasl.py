"""SASL, the server's side."""

import base64

import pytest

from mailcatch.sasl import Credentials, SaslCancelled, SaslError, encode, exchange


def b64(text: bytes) -> bytes:
    return base64.b64encode(text)


def run(mechanism: str, initial: bytes | None, *responses: bytes) -> tuple[list[bytes], Credentials]:
    """Run an exchange; return the challenges and what it ended with."""
    going = exchange(mechanism, initial)
    challenges: list[bytes] = []
    answers = iter(responses)
    try:
        challenges.append(next(going))
        while True:
            challenges.append(going.send(next(answers)))
    except StopIteration as done:
        return challenges, done.value


@pytest.mark.parametrize("message", [b"\0user\0secret", b"user\0user\0secret"])
def test_plain_with_initial_response(message: bytes):
    """One message (RFC 4616)."""
    assert run("PLAIN", b64(message)) == ([], Credentials("user", "secret"))


def test_plain_asks_for_its_message():
    """Without initial response, by an empty challenge."""
    assert run("PLAIN", None, b64(b"\0u\0p")) == ([b""], Credentials("u", "p"))


def test_login_asks_twice():
    """User, then password."""
    assert run("LOGIN", None, b64(b"u"), b64(b"p")) == ([b"Username:", b"Password:"], Credentials("u", "p"))
    assert run("LOGIN", b64(b"u"), b64(b"p")) == ([b"Password:"], Credentials("u", "p"))


def test_an_empty_response():
    """`=` is an empty string, not one that is missing (RFC 4954 §4)."""
    assert run("LOGIN", b"=", b"=")[1] == Credentials("", "")


@pytest.mark.parametrize("response", [b"not base64!", b64(b"one"), b64(b"a\0b\0c\0d")])
def test_what_cannot_be_read(response: bytes):
    """It says so."""
    with pytest.raises(SaslError):
        run("PLAIN", response)


def test_giving_up():
    """`*` ends the exchange."""
    with pytest.raises(SaslCancelled):
        run("PLAIN", None, b"*")


def test_challenges_are_encoded():
    """As base64 goes over the line."""
    assert encode(b"Username:") == b"VXNlcm5hbWU6"
