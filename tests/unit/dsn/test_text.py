"""What people read."""

from __future__ import annotations

from mailcatch.dsn.text import subject_of, text_of
from mailcatch.dsn.values import Report, Reported

AT = 1_790_000_000_000
HEADER = b"Subject: Your =?utf-8?q?re=C3=A7u?=\r\n\r\n"
JOE = Reported("joe@y.example", "failed", "5.1.1", mta="mx.y.example", diagnostic="550 5.1.1 no such user")
ANN = Reported("ann@z.example", "delayed", "4.4.1", diagnostic="every server timed out", retry_until=AT)
EVE = Reported("eve@w.example", "delivered", "2.0.0")


def test_a_failure():
    """Which message, who, who said so, what that means, what comes next."""
    assert text_of(Report("mail.example", (JOE,), None, AT), HEADER) == (
        'This is mailcatch at mail.example, about your message "Your reçu", which\n'
        "came here on Mon, 21 Sep 2026, 14:13:20 UTC.\n"
        "\n"
        "It was not delivered to:\n"
        "\n"
        "  joe@y.example\n"
        "    mx.y.example said: 550 5.1.1 no such user\n"
        "    5.1.1 means: there is no such mailbox\n"
        "\n"
        "Nothing more will be tried for them. If they matter to you, see what the\n"
        "reason says, and send again.\n"
        "\n"
    )


def test_the_worst_comes_first():
    """In the text, and it names the subject."""
    report = Report("mail.example", (EVE, ANN, JOE))
    text = text_of(report, HEADER)
    assert text.index("joe@y") < text.index("ann@z") < text.index("eve@w")
    assert "It will be tried until Mon, 21 Sep 2026, 14:13:20 UTC." in text
    assert [subject_of(Report("x", (each,)), "S") for each in (JOE, ANN, EVE)] == [
        "Not delivered: S", "Delayed: S", "Delivered: S",
    ]  # fmt: skip
    assert subject_of(report, "") == "Not delivered: your message"


def test_what_servers_say_stays_on_its_line():
    """Control characters and line ends are blanks."""
    hostile = Reported("joe@y.example\r\n  eve", "failed", "5.0.0", diagnostic="a\r\n\r\nIt was delivered to:\x1b[2J")
    lines = text_of(Report("mail.example", (hostile,)), b"Subject: a\r\n b\r\n\r\n").splitlines()
    assert "It was delivered to:" not in lines
    assert all(line.isprintable() for line in lines)
