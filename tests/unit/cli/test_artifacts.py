"""What a failed run leaves."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest

from mailcatch.cli.artifacts import gather, prepare, transcript
from mailcatch.cli.server import Server


def test_mails_and_transcripts(url: str, deliver: Callable[..., str], tmp_path: Path):
    """Exact bytes, oldest first, more than one page of each; transcripts for people."""
    ids = [deliver(b"Subject: %d\r\n\r\n\xff\r\n" % number) for number in range(3)]
    prepare(tmp_path)
    mails, sessions = gather(Server(url), tmp_path)
    found = sorted((tmp_path / "mails").iterdir())
    assert [path.name for path in found] == [f"{number:04d}-{id}.eml" for number, id in enumerate(ids, 1)]
    assert [path.read_bytes() for path in found] == [b"Subject: %d\r\n\r\n\xff\r\n" % number for number in range(3)]
    assert (mails, sessions) == (3, len(list((tmp_path / "sessions").iterdir())))
    assert sum(ids[0] in path.read_text() for path in (tmp_path / "sessions").iterdir()) == 1


def test_what_is_not_ours_stays(tmp_path: Path):
    """An earlier run's files go, a user's own do not."""
    prepare(tmp_path)
    (tmp_path / "mails" / "0001-01M858KNCQCT2758HRKTF40EDM.eml").write_text("old")
    (tmp_path / "mails" / "mine.eml").write_text("mine")
    prepare(tmp_path)
    assert [path.name for path in (tmp_path / "mails").iterdir()] == ["mine.eml"]


def test_a_folder_that_cannot_be_made(tmp_path: Path):
    """Said before anything is run."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(click.UsageError, match="--artifacts"):
        prepare(tmp_path / "file")


def test_a_transcript_moves_no_cursor():
    """Each line once, clean, with its time."""
    lines = list(
        transcript(
            {
                "protocol": "SMTP", "peer": "127.0.0.1:9", "listener": "127.0.0.1:25", "started_at": "now",
                "accepted": 1, "rejected": 2, "outcome": None, "messages": ["ID"],
                "transcript": [{"t_ms": 1500, "direction": "C", "line": "MAIL\x1b[2J", "tls": False}],
            }
        )
    )  # fmt: skip
    assert lines[1:] == ["1 accepted, 2 rejected; still open", "message ID", "", "    1.500  C  MAIL[2J"]
