"""Sessions in the store: what the contract cannot see."""

import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace

from mailcatch.bus import Bus
from mailcatch.model import TranscriptLine
from mailcatch.store import sessions
from mailcatch.store.api import Selection
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message, session


def test_one_row_for_each_dialogue(tmp_path: Path):
    """However often it is extended."""
    store = open_store(tmp_path / "mail.db", Bus())
    dialogue = session(transcript=(TranscriptLine(0, "C", "QUIT"),))
    for number in range(5):
        added(store.add(message(session=replace(dialogue, accepted=number + 1))))
    store.record(replace(dialogue, ended_at=9, outcome="QUIT", accepted=5)).result(10)
    store.close()
    with sqlite3.connect(tmp_path / "mail.db") as connection:
        assert connection.execute("SELECT accepted, ended_at, outcome FROM sessions").fetchall() == [(5, 9, "QUIT")]


def test_sessions_go_with_their_mail_but_the_newest_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A server that runs for weeks does not drown in dialogues; those with mail are kept as long as it."""
    monkeypatch.setattr(sessions, "KEPT", 100)
    store = open_store(tmp_path / "mail.db", Bus())
    with_mail = [session() for _ in range(2)]
    ids = [added(store.add(message(session=dialogue))) for dialogue in with_mail]
    for future in [store.record(session(rejected=1)) for _ in range(398)]:
        future.result(10)
    kept = {found.id for found in store.sessions(limit=1000).sessions}
    assert len(kept) == 102  # the newest hundred, and the two with mail
    assert {dialogue.id for dialogue in with_mail} <= kept
    store.delete(Selection(ids=(ids[0],))).result(10)
    kept = {found.id for found in store.sessions(limit=1000).sessions}
    assert [dialogue.id in kept for dialogue in with_mail] == [False, True]
    store.close()
