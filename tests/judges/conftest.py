"""One mailcatch for the clients of a file, with the nasty mails in one account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.judges.script import MAILS, mail
from tests.judges.servers import Ours, ours

USER = "reader@judge.test"
NAMES = sorted(path.name for path in MAILS.glob("*.eml"))


@pytest.fixture(scope="module")
def served() -> Iterator[Ours]:
    """Run mailcatch with each of the mails delivered to USER, in the order of NAMES."""
    with ours() as running:
        for name in NAMES:
            running.deliver(USER, mail(name))
        yield running
        assert "Traceback" not in running.running.log


@pytest.fixture(scope="session")
def mails() -> list[bytes]:
    """Read the mails as they were sent, in the order of NAMES."""
    return [mail(name) for name in NAMES]
