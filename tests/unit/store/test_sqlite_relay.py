"""The queue as a part of the store."""

from __future__ import annotations

from tests.support.relay import NOW
from tests.unit.store.conftest import Opened


def test_an_audit_row_of_its_own(opened: Opened):
    """A probe leaves one, though no job is made for it."""
    opened.store.relay_note(NOW, "tester", "probe", {"address": "ann@far.test"}).result(20)
    (row,) = opened.store.relay_audit()
    assert (row.at, row.actor, row.act, row.data) == (NOW, "tester", "probe", {"address": "ann@far.test"})
