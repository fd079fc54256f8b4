"""The test client is typed for those who use it: checkers find its types from another directory, and all are known."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.needs import missing

USE = """
from typing import assert_type

from mailcatch.testing import Address, Element, Explanation, Link, MailCatch, MailNotFound, Message


def test_signup(mailcatch: MailCatch) -> None:
    bob = mailcatch.address("bob")
    with mailcatch.expect(to=bob, subject="Confirm", header={"X-Run": "42"}) as mail:
        print(mailcatch.smtp_host, mailcatch.smtp_port)
    assert_type(bob, str)
    assert_type(mail, Message)
    assert_type(mail.link(text="Confirm"), Link)
    assert_type(mail.code(), str)
    assert_type(mail.to, tuple[Address, ...])
    assert_type(mail.select("a"), tuple[Element, ...])
    assert_type(mail.raw, bytes)
    try:
        mailcatch.wait_for(to=bob, timeout=5)
    except MailNotFound as error:
        assert_type(error.explanation, Explanation)


with MailCatch(smtp_port=0) as mc:
    assert_type(mc, MailCatch)
"""

MISUSE = """
from mailcatch.testing import MailCatch


def test_misuse(mailcatch: MailCatch) -> None:
    mailcatch.wait_for(to=None)
    mailcatch.wait_for(to="a").subject = "x"
"""


def pyright() -> list[str]:
    """Return the command, or skip."""
    found = shutil.which("pyright", path=str(Path(sys.executable).parent)) or shutil.which("pyright")
    return [found or missing("pyright is not installed"), "--pythonpath", sys.executable]


def mypy() -> list[str]:
    """Return the command; an own cache, for the tree's knows the package as a source."""
    return [sys.executable, "-m", "mypy", "--strict", "--cache-dir", "cache"]


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_checkers_know_every_type(checker: object, tmp_path: Path) -> None:
    """Use as the docs have it is clean; two mistakes are two errors."""
    assert callable(checker)
    (tmp_path / "test_use.py").write_text(USE)
    (tmp_path / "test_misuse.py").write_text(MISUSE)
    command = checker()
    used = subprocess.run([*command, "test_use.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert used.returncode == 0, used.stdout + used.stderr
    misused = subprocess.run([*command, "test_misuse.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    errors = [line for line in misused.stdout.splitlines() if "test_misuse.py:" in line and "error" in line]
    assert (misused.returncode, len(errors)) == (1, 2), misused.stdout
