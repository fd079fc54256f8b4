"""Why dialogues end."""

import inspect

from mailcatch.connection import partings
from mailcatch.connection.partings import Crowded, Parting


def test_each_says_what_is_kept_and_what_is_told():
    """One line each, and none the words of another."""
    kinds = [kind for _, kind in inspect.getmembers(partings, inspect.isclass) if issubclass(kind, Parting)]
    assert len({kind().outcome for kind in kinds}) == len({kind().text for kind in kinds}) == len(kinds)
    assert [kind for kind in kinds if "\n" in kind().text + kind().outcome] == []


def test_words_can_be_given():
    """Where the reason is more than its kind."""
    assert (Crowded("no", "why").text, Crowded("no", "why").outcome) == ("no", "why")
    assert str(Crowded("no")) == "no"
    assert Crowded("no").outcome == Crowded().outcome
