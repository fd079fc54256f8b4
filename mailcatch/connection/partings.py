"""Why a dialogue ends before the client has ended it; each door says it in its protocol's own words."""

from __future__ import annotations


class Parting(Exception):
    """The dialogue ends here. `outcome` is kept with the session; the text may be told to the client."""

    outcome = "ended"
    text = "goodbye"

    def __init__(self, text: str | None = None, outcome: str | None = None) -> None:
        self.text = self.text if text is None else text
        self.outcome = self.outcome if outcome is None else outcome
        super().__init__(self.text)


class Stopping(Parting):
    """mailcatch is told to end."""

    outcome = "mailcatch stopped"
    text = "mailcatch is stopping"


class TimedOut(Parting):
    """The client has said nothing for too long."""

    outcome = "timed out"
    text = "nothing was heard for too long"


class Stalled(Parting):
    """The client does not read what it is told: it will not read why, either."""

    outcome = "timed out: the client stopped reading"
    text = "nothing was read for too long"


class Crowded(Parting):
    """There are too many connections already."""

    outcome = "refused: too many connections"
    text = "too many connections"


class Failed(Parting):
    """An error of ours that nobody foresaw; the log says more."""

    outcome = "mailcatch failed at something"
    text = "mailcatch failed at this; the log says how"
