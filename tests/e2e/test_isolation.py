"""Many workers on one server: each test sees its own mail, all of it, and nobody else's."""

from __future__ import annotations

import pytest

from mailcatch.testing import MailCatch

pytest_plugins = ["pytester"]

WORKERS, EACH = 8, 200

TESTS = f"""
import smtplib

import pytest


def send(mailcatch, to, word):
    with smtplib.SMTP(mailcatch.smtp_host, mailcatch.smtp_port) as client:
        client.sendmail("app@shop.example", [to], f"Subject: Your order\\n\\nThe word is {{word}}.")


@pytest.mark.parametrize("number", range({WORKERS * EACH}))
def test_it(mailcatch, number):
    bob = mailcatch.address("bob")
    with mailcatch.expect(to=bob, subject="Your order") as mail:
        send(mailcatch, bob, f"first-{{number}}")
    assert f"first-{{number}}." in mail.text
    send(mailcatch, bob, f"second-{{number}}")
    words = [each.text.split()[-1] for each in mailcatch.messages(to=bob)]
    assert words == [f"first-{{number}}.", f"second-{{number}}."]
    assert len(mailcatch.messages()) == 2
"""


@pytest.mark.long
def test_eight_workers_of_two_hundred_tests_do_not_disturb_each_other(pytester: pytest.Pytester) -> None:
    """All addresses have the same local part and all mails the same subject; the server keeps them apart."""
    pytester.makepyfile(TESTS)
    with MailCatch(smtp_port=0) as server:
        result = pytester.runpytest_subprocess(f"-n{WORKERS}", "-q", "--mailcatch-url", server.url)
        result.assert_outcomes(passed=WORKERS * EACH)
        assert [each["name"] for each in server._connection.get("/v1/inboxes")["inboxes"]] == ["default"]
