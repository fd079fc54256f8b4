"""The lock beside a database: one owner, no trust in a name that is gone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mailcatch.store.locks import Taken, lock, lock_existing, lock_path, unlock


def test_one_owner(tmp_path: Path):
    """Whoever comes second is told; afterwards the file is gone and the name is free."""
    path = tmp_path / "mail.db"
    held = lock(path)
    for another in (lock, lock_existing):
        with pytest.raises(Taken):
            another(path)
    unlock(path, held)
    assert list(tmp_path.iterdir()) == []
    unlock(path, lock(path))


def test_none_is_made_where_one_is_looked_for(tmp_path: Path):
    """To ask whether a database has an owner leaves no trace."""
    with pytest.raises(FileNotFoundError):
        lock_existing(tmp_path / "mail.db")
    assert list(tmp_path.iterdir()) == []


def test_a_lock_goes_with_its_process(tmp_path: Path):
    """As with any handle that is closed, by us or by the system: the file stays and can be taken."""
    path = tmp_path / "mail.db"
    lock(path).close()
    again = lock_existing(path)
    assert lock_path(path).exists()
    unlock(path, again)


def test_only_its_owner_may_open_it(tmp_path: Path):
    """Whoever can open it can hold it, and so keep a server from its database."""
    before = os.umask(0)
    try:
        held = lock(tmp_path / "mail.db")
    finally:
        os.umask(before)
    assert os.fstat(held.fileno()).st_mode & 0o777 == 0o600
    held.close()


def test_the_name_of_a_removed_lock_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The owner removes the file between another's opening and locking it: that one begins again."""
    path = tmp_path / "mail.db"
    first = lock(path)
    opened = os.open

    def slow(name: str, *rest: int) -> int:
        file = opened(name, *rest)
        if not first.closed:
            unlock(path, first)
        return file

    monkeypatch.setattr("mailcatch.store.locks.os.open", slow)
    second = lock(path)
    assert os.path.samestat(os.fstat(second.fileno()), lock_path(path).stat())
    second.close()
