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
