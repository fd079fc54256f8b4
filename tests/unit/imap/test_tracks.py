"""Steps of a path are noted once."""

import pytest

from mailcatch.imap.commands import BodyItem, Section
from mailcatch.imap.tracks import Tracks, act_of


def test_each_message_and_act_is_noted_once():
    """Whatever a client fetches again and again."""
    tracks = Tracks()
    assert tracks.fresh([("BODY[]", 1), ("BODY[]", 1), ("BODY[]", 2)]) == [("BODY[]", 1), ("BODY[]", 2)]
    assert tracks.fresh([("BODY[]", 1), ("BODY[TEXT]", 1)]) == [("BODY[TEXT]", 1)]


@pytest.mark.parametrize(
    ("section", "act"),
    [
        (Section(), "BODY[]"),
        (Section(text="HEADER"), "BODY[HEADER]"),
        (Section(text="HEADER.FIELDS", fields=(b"Subject",)), "BODY[HEADER]"),
        (Section((1, 2), "MIME"), "BODY[1.2.MIME]"),
        (Section((1,)), "BODY[1]"),
    ],
)
def test_acts_are_named_by_section(section: Section, act: str):
    """Neither the origin octet nor the names of fields make another act."""
    assert act_of(BodyItem(b"whatever<5>", section, peek=True, partial=(5, 5))) == act
