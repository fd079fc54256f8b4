"""What goes wrong: an expectation fails (AssertionError), the sink fails, or a question is wrong."""

from __future__ import annotations

from mailcatch.testing.explanation import Explanation


class MailNotFound(AssertionError):
    """The expected mail did not come, or one came that must not. `explanation` says why, as data and as text."""

    def __init__(self, explanation: Explanation) -> None:
        super().__init__(explanation.text)
        self.explanation = explanation

    def __reduce__(self) -> tuple[type[MailNotFound], tuple[Explanation]]:
        """Pickle it with its explanation, not with its text: pools of processes hand exceptions on."""
        return type(self), (self.explanation,)


class NoSuchPart(AssertionError):
    """A mail does not have exactly one such link, code or element; the text lists what it has."""


class SinkFailed(RuntimeError):
    """No server answers, it did not start, or it could not do what it was asked."""


class RequestRefused(ValueError):
    """The server refuses the question; `kind` is the problem's type, as `query-error`."""

    def __init__(self, detail: str, kind: str = "") -> None:
        super().__init__(detail)
        self.kind = kind

    def __reduce__(self) -> tuple[type[RequestRefused], tuple[str, str]]:
        """Pickle it with its kind."""
        return type(self), (str(self), self.kind)
