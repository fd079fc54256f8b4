"""Applications' mail goes to the sink, whatever their test mode does with it."""

from __future__ import annotations

import flask
import flask_mail
import pytest

from mailcatch.testing import MailCatch, wiring
from tests.support.scripted import scripted

pytest_plugins = ["pytester"]

DJANGO = """
import django, pytest
from django.conf import settings
from django.core import mail
from django.test.utils import setup_test_environment
settings.configure(EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend", EMAIL_USE_TLS=True)
django.setup()
setup_test_environment()  # as its test runner and pytest-django do

def test_in_memory_without(): mail.send_mail("Lost", "x", "a@x.test", ["b@x.test"]); assert len(mail.outbox) == 1

def test_wired(SINK):
    with SINK.expect(to="b@x.test", subject="Found"):
        assert mail.send_mail("Found", "x", "a@x.test", ["b@x.test"]) == 1

def test_undone(): assert settings.EMAIL_BACKEND.endswith("locmem.EmailBackend") and settings.EMAIL_USE_TLS
"""

FLASK = """
import flask, flask_mail

app = flask.Flask("app")
app.config.update(TESTING=True)
mail = flask_mail.Mail(app)

def test_wired(mailcatch_flask_mail):
    sink = mailcatch_flask_mail(app)
    with sink.expect(to="b@x.test", subject="Found"), app.app_context():
        mail.send(flask_mail.Message("Found", ["b@x.test"], "x", sender="a@x.test"))

def test_undone(): assert mail.suppress
"""


@pytest.fixture(autouse=True)
def _as_users_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what our own run has set."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


def test_django_by_its_fixture(pytester: pytest.Pytester) -> None:
    """Its test runner's list in memory is replaced for this test, and back afterwards."""
    pytester.makepyfile(DJANGO.replace("SINK", "mailcatch_django"))
    pytester.runpytest_subprocess().assert_outcomes(passed=3)


def test_django_by_the_ini_file(pytester: pytest.Pytester) -> None:
    """Each test that uses the sink is wired."""
    pytester.makeini("[pytest]\nmailcatch_wire = django")
    pytester.makepyfile(DJANGO.replace("SINK", "mailcatch"))
    pytester.runpytest_subprocess().assert_outcomes(passed=3)


def test_flask_mail_by_its_fixture(pytester: pytest.Pytester) -> None:
    """TESTING suppresses mail; the wired application sends it all the same."""
    pytester.makepyfile(FLASK)
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_a_shared_server_knows_the_test_by_the_user() -> None:
    """Mail to any address comes into the test's inbox; on one's own server nobody logs in."""
    info = {"smtp": [{"host": "any", "port": 25}]}
    with scripted((200, {"name": "t1"}), (200, info)) as server, MailCatch(server.url).isolated() as sink:
        settings = wiring.django_settings(sink)
    assert (settings["EMAIL_HOST_USER"], settings["EMAIL_HOST_PASSWORD"]) == ("t1", "any")
    with scripted((200, info)) as server:
        assert wiring.django_settings(MailCatch(server.url))["EMAIL_HOST_USER"] == ""


def test_settings_of_flask_mail_are_as_before() -> None:
    """What it had, and what it had not."""
    app = flask.Flask("app")
    app.config["MAIL_PORT"] = 2500
    mail = flask_mail.Mail(app)
    before, state = dict(app.config), dict(vars(app.extensions["mail"]))
    with scripted((200, {"smtp": [{"host": "any", "port": 25}]})) as server:
        with wiring.flask_mail(MailCatch(server.url), app):
            assert (mail.server, mail.port, app.config["MAIL_PORT"]) == ("127.0.0.1", 25, 25)
        assert (dict(app.config), vars(app.extensions["mail"])) == (before, state)


def test_an_application_without_flask_mail_is_told() -> None:
    """The fixture was called too early, or for another application."""
    with (
        pytest.raises(LookupError, match="has no Flask-Mail"),
        wiring.flask_mail(MailCatch("http://x"), flask.Flask("a")),
    ):
        pytest.fail("it was wired")
