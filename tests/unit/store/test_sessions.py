"""Sessions in the store: what the contract cannot see."""

import sqlite3
from dataclasses import replace
from pathlib import Path

from mailcatch.bus import Bus
from mailcatch.model import TranscriptLine
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
