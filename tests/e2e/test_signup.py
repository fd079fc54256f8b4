"""People sign up in a real browser, to a real Django and a real Flask application; the plugin sees their mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from mailcatch.testing import MailCatch
from tests.support import signup

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "testing-mail.md"


@pytest.fixture(params=["django", "flask"])
def site(request: pytest.FixtureRequest) -> Iterator[str]:
    """Serve each application, wired to the sink by its fixture."""
    if request.param == "django":
        app = signup.django_app()
        request.getfixturevalue("mailcatch_django")
    else:
        app = signup.flask_app()
        request.getfixturevalue("mailcatch_flask_mail")(app)
    with signup.served(app) as address:
        yield address


def test_a_sign_up(mailcatch: MailCatch, site: str) -> None:
    """The link of the mail leads to the page that its code opens; nobody else got mail."""
    bob = mailcatch.address("bob")

    def drive(page: Page) -> str:
        with mailcatch.expect(to=bob, subject="Confirm") as mail:
            page.goto(f"{site}/signup")
            page.fill("#email", bob)
            page.click("button")
        assert mail.link(text="Confirm").url == mail.link().url
        page.goto(mail.link().url)
        page.fill("#code", mail.code())
        page.click("button")
        return page.inner_text("h1")

    assert signup.in_chromium(drive) == "Welcome"
    mailcatch.assert_none(rcpt="eve@shop.example")
    assert [each.rcpt for each in mailcatch.messages()] == [(bob,)]


def test_the_example_of_the_docs(mailcatch: MailCatch, site: str) -> None:
    """What the page on testing mail shows for Playwright is run as it stands there."""
    block = re.search(r"^```python\n(# test_signup.py\n.*?)^```", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    names: dict[str, Callable[..., None]] = {}
    exec(compile(block[1], str(DOCS), "exec"), names)
    signup.in_chromium(lambda page: names["test_signup"](mailcatch, page, site))


FAILING = f"""
import sys
sys.path.append({str(ROOT)!r})
from tests.support import signup

def test_reset(mailcatch_flask_mail):
    app = signup.flask_app()
    sink = mailcatch_flask_mail(app)
    with sink.expect(to="bob@shop.example", subject="Confirm your adress", timeout=0.2):
        app.test_client().post("/signup", data={{"email": "bob@shop.example"}})
"""


def test_a_test_that_fails_says_why(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its report has the near miss, what differs, and the mail that was sent."""
    for name in ("MAILCATCH_URL", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    pytester.makepyfile(FAILING)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", f"--basetemp={pytester.path / 'temporary'}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*MailNotFound: No mail matched*",
            "*Nearest of 1 message*",
            "* to ✓ *subject ✗*",
            "*onfirm your adress'*",
            "*'Confirm your address'*1 character differs*",
            "*SMTP*: 1 connection, 1 message, 0 rejected*",
            "*- captured mail -*",
            "To: bob@shop.example",
            "Subject: Confirm your address",
            f"*{signup.CODE}*",
        ]
    )
