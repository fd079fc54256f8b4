"""A running IMAP door, empty at first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.imap import Running, running


@pytest.fixture
def door() -> Iterator[Running]:
    """Serve IMAP."""
    with running() as started:
        yield started
