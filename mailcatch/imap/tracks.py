"""The steps that a session has left in the paths of messages: each is noted once (message and act)."""

from __future__ import annotations

from collections.abc import Iterable

from mailcatch.imap.commands import BodyItem


class Tracks:
    """What has been noted already."""

    def __init__(self) -> None:
        self._noted: dict[str, set[int]] = {}

    def fresh(self, steps: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Return the (act, message) pairs that have not been noted, and take them as noted."""
        fresh = []
        for act, message in steps:
            noted = self._noted.setdefault(act, set())
            if message not in noted:
                noted.add(message)
                fresh.append((act, message))
        return fresh


def act_of(item: BodyItem) -> str:
    """Return how the path names an item: without origin octet and field names, RFC822 by its modern name."""
    text = item.section.text.partition(".FIELDS")[0]
    return f"BODY[{'.'.join([*map(str, item.section.part), *filter(None, [text])])}]"
