"""Folders that go with their process: who removes what a killed one left, and what is never touched."""

from __future__ import annotations

import os
import stat
import tempfile
import threading
from pathlib import Path

import pytest

from mailcatch.store.locks import lock, lock_path, unlock
from mailcatch.store.temporary import NAME, PREFIX, claim_folder, remove_folder, sweep
from tests.support.needs import root


@pytest.fixture(autouse=True)
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a temporary directory that is nobody else's."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_behind(temp: Path, name: str = "dead") -> Path:
    """Leave a folder as a killed process does: its files, and a lock that nobody holds."""
    folder = temp / (PREFIX + name)
    folder.mkdir(mode=0o700)
    for end in ("", "-wal", "-shm", ".reserve"):
        (folder / (NAME + end)).write_bytes(b"mail")
    lock(folder / NAME).close()
    return folder


def test_it_goes_with_its_owner(temp: Path):
    """Nobody else may enter it; with its owner's end it is gone."""
    path, held = claim_folder()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.write_bytes(b"mail")
    remove_folder(path, held)
    assert list(temp.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_start(temp: Path):
    """Also an empty folder: killed before it had its lock."""
    left_behind(temp)
    (temp / (PREFIX + "empty")).mkdir()
    path, held = claim_folder()
    assert list(temp.iterdir()) == [path.parent]
    remove_folder(path, held)


def test_who_lives_keeps_all(temp: Path):
    """A lock that is held protects its folder."""
    path, held = claim_folder()
    path.write_bytes(b"mail")
    sweep(temp)
    assert path.read_bytes() == b"mail"
    remove_folder(path, held)


def test_what_is_not_ours_stays(temp: Path):
    """Another name, a link to somewhere else, a file in the place of a folder, things we never put there."""
    link, elsewhere = temp / (PREFIX + "link"), temp / "precious"
    left_behind(temp).rename(elsewhere)
    link.symlink_to(elsewhere)
    (temp / (PREFIX + "file")).touch()
    mixed, full = left_behind(temp, "mixed"), temp / (PREFIX + "full")
    (mixed / "letter.txt").touch()
    full.mkdir()
    (full / "letter.txt").touch()
    sweep(temp)
    assert (elsewhere / NAME).read_bytes() == b"mail"
    assert link.is_symlink()
    assert (temp / (PREFIX + "file")).is_file()
    assert (mixed / "letter.txt").is_file()
    assert (full / "letter.txt").is_file()


def test_another_users_stays(temp: Path):
    """A temporary directory is shared: what looks abandoned there may be another container's or user's."""
    root()
    folder = left_behind(temp)
    os.chown(folder, 65534, 65534)
    sweep(temp)
    assert (folder / NAME).is_file()


def test_who_loses_a_new_folder_to_a_sweep_makes_another(temp: Path, monkeypatch: pytest.MonkeyPatch):
    """The sweep of another start may come between making a folder and locking it."""
    made, make = [], tempfile.mkdtemp

    def swept(**options: str) -> str:
        made.append(make(**options))
        if len(made) == 1:
            sweep(temp)
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", swept)
    path, held = claim_folder()
    assert [str(path.parent)] == made[1:]
    remove_folder(path, held)


def test_many_start_at_once_over_what_many_left(temp: Path):
    """Each has a folder of its own, and nothing is left."""
    for number in range(20):
        left_behind(temp, str(number))
    found: list[Path] = []
    errors: list[BaseException] = []

    def start_and_end() -> None:
        try:
            for _ in range(25):
                path, held = claim_folder()
                found.append(path)
                assert lock_path(path).exists()
                remove_folder(path, held)
        except BaseException as error:  # noqa: BLE001 - told by the test
            errors.append(error)

    threads = [threading.Thread(target=start_and_end) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert len(set(found)) == 100
    assert list(temp.iterdir()) == []


def test_a_sweep_that_was_cut_short_is_ended_by_the_next(temp: Path):
    """The lock is the last file to go."""
    folder = left_behind(temp)
    for each in folder.glob(NAME + "[-.][wsr]*"):
        each.unlink()
    sweep(temp)
    assert not folder.exists()


def test_a_directory_that_cannot_be_listed_is_no_error(temp: Path):
    """Sweeping is a courtesy."""
    sweep(temp / "none")
    path = temp / NAME
    unlock(path, lock(path))
