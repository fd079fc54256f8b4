"""The real process, once a module, and ways to look at it."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.http import Http
from tests.support.sink import Sink, sink


@pytest.fixture(scope="module")
def running() -> Iterator[Sink]:
    """Run one mailcatch for a module's tests."""
    with sink() as made:
        yield made


@pytest.fixture
def http(running: Sink) -> Iterator[Http]:
    """Connect to its web."""
    with Http(running.http) as made:
        yield made


@pytest.fixture
def raw_of(http: Http) -> Callable[[str], bytes]:
    """Read the exact bytes of a message by its id."""
    return lambda id: http.get(f"/v1/messages/{id}/raw").body
