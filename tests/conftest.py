"""What holds for every suite."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# At the end, not the beginning: `tests.support` is found here, but `mailcatch` is the installed one, as in its children.
sys.path.append(str(Path(__file__).parents[1]))

# No test listens on a fixed port, and most name only the doors that they are about.
os.environ.update(MAILCATCH_POP3="0", MAILCATCH_IMAP="0")

# A slow moment of the machine is no finding.
settings.register_profile("mailcatch", deadline=None)
settings.load_profile("mailcatch")

BROWSER = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: its driver leaves an event loop running in the main thread."""
    items.sort(key=lambda item: BROWSER in item.path.parents)
