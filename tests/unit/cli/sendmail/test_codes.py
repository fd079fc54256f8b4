"""From SMTP's replies to sysexits' codes."""

import pytest

from mailcatch.cli.sendmail.codes import code_of_reply


@pytest.mark.parametrize(
    ("code", "text", "recipient", "expected"),
    [
        (451, "4.3.0 later", False, 75),
        (421, "4.3.2 stopping", True, 75),
        (550, "5.1.1 nobody", True, 67),
        (550, "5.7.1 not you", True, 69),
        (550, "5.1.1 nobody", False, 69),
        (530, "5.7.0 log in", False, 77),
        (552, "5.3.4 too large", False, 65),
        (554, "no", False, 69),
    ],
)
def test_codes(code: int, text: str, recipient: bool, expected: int):
    """For now, for good, unknown, not allowed."""
    assert code_of_reply(code, text, recipient=recipient) == expected
