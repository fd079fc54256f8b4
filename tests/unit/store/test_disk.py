"""Room on the disk, and the reserve."""

from pathlib import Path

import pytest

from mailcatch.errors import Overloaded
from mailcatch.store.disk import LARGEST, SMALLEST, Reserve


def test_a_reserve_is_made_given_up_and_removed(tmp_path: Path):
    """A sixteenth of what is free, within bounds."""
    reserve = Reserve(tmp_path / "mail.db")
    (file,) = tmp_path.iterdir()
    assert SMALLEST <= reserve.size <= LARGEST
    assert file.stat().st_size == reserve.size
    reserve.give_up()
    assert list(tmp_path.iterdir()) == []
    reserve.make()
    assert file.exists()
    reserve.remove()
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_fit_is_refused_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A message needs four times its size besides the reserve: the disk's answer is made up, for filling one takes long."""
    reserve = Reserve(tmp_path / "mail.db")
    monkeypatch.setattr(reserve, "free", lambda: reserve.size + 4_000)
    reserve.check(1_000)
    with pytest.raises(Overloaded, match="disk is full"):
        reserve.check(1_001)


def test_it_is_made_again_only_with_plenty_of_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Else making it would take the very room that mail was just given."""
    reserve = Reserve(tmp_path / "mail.db")
    reserve.give_up()
    free = reserve.free()
    monkeypatch.setattr(reserve, "free", lambda: 2 * reserve.size)
    reserve.make()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(reserve, "free", lambda: free)
    reserve.make()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_disk_that_has_filled_up_is_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Plenty a moment ago is no answer once a write has failed."""
    reserve = Reserve(tmp_path / "mail.db")
    monkeypatch.setattr(reserve, "free", lambda: 10 << 30)
    reserve.check(1_000)
    monkeypatch.setattr(reserve, "free", lambda: 0)
    reserve.give_up()
    with pytest.raises(Overloaded):
        reserve.check(1_000)


def test_without_fallocate_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As on macOS and Windows."""
    monkeypatch.delattr("mailcatch.store.disk.os.posix_fallocate", raising=False)
    reserve = Reserve(tmp_path / "mail.db")
    assert (tmp_path / "mail.db.reserve").stat().st_size == reserve.size
