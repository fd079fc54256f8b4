"""What ends sendmail: the exit codes of sysexits.h, which its callers know, and a sentence."""

from __future__ import annotations

OK = 0
USAGE = 64  # a wrong option, or nobody to send to
DATA = 65  # a message that cannot be sent as it is
NO_USER = 67  # the recipient is refused as unknown
UNAVAILABLE = 69  # refused for good
SOFTWARE = 70
IO_ERROR = 74
TRY_AGAIN = 75  # no server, or refused for now
NO_PERMISSION = 77  # a login is wanted


class Failed(Exception):
    """It cannot be done; `code` is the exit code, the text is one sentence."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def code_of_reply(code: int, text: str, *, recipient: bool = False) -> int:
    """Return the exit code for an SMTP reply that refuses."""
    if 400 <= code < 500:
        return TRY_AGAIN
    if code in {530, 535, 538}:
        return NO_PERMISSION
    if recipient and code in {550, 551, 553} and text[:5] in {"5.1.1", "5.1.2", "5.1.3", "5.1.6"}:
        return NO_USER
    if code in {552, 554} and text[:5] in {"5.3.4", "5.6.0", "5.6.7"}:
        return DATA
    return UNAVAILABLE
