"""A door for tests that do not mind each other's mail: each test has an account of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.support.imap import Client, Running, running

_users = itertools.count()


@pytest.fixture(scope="session")
def door() -> Iterator[Running]:
    """Open a door for the whole run."""
    with running() as open_door:
        yield open_door


@pytest.fixture
def user() -> str:
    """Return a user name that nobody else has."""
    return f"user{next(_users)}@example.test"


@pytest.fixture
def client(door: Running, user: str) -> Client:
    """Return a client in an INBOX of three messages."""
    made = door.client(user, mailbox=None)
    for number in (1, 2, 3):
        mail = b"Subject: number %d\r\n\r\nbody %d\r\n" % (number, number)
        assert made.ask("APPEND INBOX {%d}" % len(mail), mail).ok
    assert made.ask("SELECT INBOX").ok
    return made
