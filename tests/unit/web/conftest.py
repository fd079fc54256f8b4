"""A running door for the tests of its endpoints."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.web import Client, Web, web


@pytest.fixture
def door() -> Iterator[Web]:
    with web() as running:
        yield running


@pytest.fixture
def client(door: Web) -> Client:
    return door.client
