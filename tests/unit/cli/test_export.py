"""`mailcatch export`: a stream, a file, or a directory of files."""

import mailbox
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailcatch.cli.export import INDEX
from tests.unit.cli.conftest import MAIL, Command

TWO = [MAIL.replace(b"Hello", b"1"), MAIL.replace(b"Hi Bob.", b"From here\r\n>From there")]


@pytest.fixture
def sent(url: str, deliver: Callable[..., str]) -> list[str]:
    return [deliver(raw) for raw in TWO]


def test_a_stream(command: Command, sent: list[str], tmp_path: Path):
    """Mboxrd on stdout, oldest first; Python's own reader sees two mails."""
    file = tmp_path / "all.mbox"
    file.write_bytes(command("export").out.encode())
    assert [message["Subject"] for message in mailbox.mbox(file)] == ["1", "Hello"]


def test_a_file_is_there_when_it_is_whole(command: Command, sent: list[str], tmp_path: Path):
    """--output, and nothing beside it; a query narrows it."""
    file = tmp_path / "some.mbox"
    assert command("export", "subject:1", "-o", file).code == 0
    assert [message["Subject"] for message in mailbox.mbox(file)] == ["1"]
    assert list(tmp_path.iterdir()) == [file]
    assert command("export", "sbject:x", "-o", tmp_path / "wrong.mbox").code == 2
    assert list(tmp_path.iterdir()) == [file]


def test_files_in_a_directory(command: Command, sent: list[str], tmp_path: Path):
    """The exact bytes of each, and the index."""
    folder = tmp_path / "mails"
    assert command("export", "--eml", "-o", folder).code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["00000001.eml", "00000002.eml", INDEX]
    assert [path.read_bytes() for path in sorted(folder.glob("*.eml"))] == TWO


def test_nothing_is_overwritten(command: Command, sent: list[str], tmp_path: Path):
    """A directory with something in it is refused."""
    (tmp_path / "precious").write_text("x")
    refused = command("export", "--eml", "-o", tmp_path)
    assert refused.code == 2
    assert "is not empty" in refused.err
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_a_terminal_is_spared(command: Command, url: str, monkeypatch: pytest.MonkeyPatch):
    """Mails are not for reading there; --eml needs a place."""
    assert command("export", "--eml").code == 2
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert command("export").code == 2


def test_a_place_that_cannot_be_written(command: Command, url: str, tmp_path: Path):
    """One line names the option."""
    result = command("export", "-o", tmp_path / "none" / "x.mbox")
    assert result.code == 2
    assert "--output" in result.err
