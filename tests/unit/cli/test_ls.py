"""`mailcatch ls`: a table for people, lines for programs."""

import json
import sys
from collections.abc import Callable

import pytest

from tests.unit.cli.conftest import MAIL, Command


def test_lines_for_programs(command: Command, url: str, deliver: Callable[..., str]):
    """Newest first, cells separated by tabs, no heading."""
    ids = [deliver(MAIL.replace(b"Hello", b"%d" % number)) for number in range(3)]
    rows = [line.split("\t") for line in command("ls").out.splitlines()]
    assert [row[0] for row in rows] == ids[::-1]
    assert rows[0][2:] == ["app@x.test", "bob@x.test", "2"]


def test_a_table_for_people(command: Command, url: str, deliver: Callable[..., str], monkeypatch: pytest.MonkeyPatch):
    """With a heading and the numbers."""
    deliver()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    head, row, numbers = command("ls").out.splitlines()
    assert head.split() == ["ID", "RECEIVED", "FROM", "TO", "SUBJECT"]
    assert row.endswith("app@x.test  bob@x.test  Hello")
    assert numbers == "1 of 1 messages, 1 unread"


def test_a_query(command: Command, url: str, deliver: Callable[..., str]):
    """Words of the command line are one query; a mistake in it is exit 2 and tells where."""
    found = deliver(MAIL.replace(b"Hello", b"Invoice"))
    deliver()
    assert command("ls", "subject:invoice", "is:unread").out.startswith(found)
    assert command("ls", "subject:nothing").out == ""
    wrong = command("ls", "sbject:x")
    assert wrong.code == 2
    assert "sbject" in wrong.err
    assert "At character 1" in wrong.err


def test_json_is_the_apis_answer(command: Command, url: str, deliver: Callable[..., str]):
    """One shape everywhere, and ASCII only."""
    deliver(MAIL.replace(b"Hello", "Grüße".encode()))
    out = command("ls", "--json", "--limit", "1").out
    assert json.loads(out)["messages"][0]["subject"] == "Grüße"
    assert out.isascii()


def test_a_hostile_subject_stays_in_its_cell(command: Command, url: str, deliver: Callable[..., str]):
    """No control or direction character of a mail reaches the terminal."""
    subject = "=?utf-8?q?a=1B[2J=0A=09b=E2=80=AEc?="
    deliver(MAIL.replace(b"Hello", subject.encode()))
    (row,) = command("ls").out.splitlines()
    assert row.count("\t") == 4
    assert row.split("\t")[4].replace(" ", "") == "a[2Jbc"
