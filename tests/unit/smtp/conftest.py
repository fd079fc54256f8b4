"""A door with default settings for each test that wants one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.smtp import Running, running


@pytest.fixture
def smtp() -> Iterator[Running]:
    with running() as opened:
        yield opened
