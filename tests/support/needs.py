"""What a test needs of the machine: skipped with the reason where it is missing, failed in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip what this machine cannot run; where everything must run (CI=true), fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def program(name: str) -> str:
    """Return the path of a program, or skip."""
    return shutil.which(name) or missing(f"{name} is not installed")


def root() -> None:
    """Skip unless we are root: mounting needs it."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        missing("this needs root")


def bound_by_modes(words: Sequence[str]) -> list[str]:
    """Give a command that cannot write what modes forbid: root, too, may not without that capability."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return list(words)
    return [program("setpriv"), "--bounding-set=-dac_override", *words]
