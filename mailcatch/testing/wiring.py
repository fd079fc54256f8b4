"""Pointing an application's mail at the sink, for the length of a block."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol  # Any: what an application keeps in its settings

from mailcatch.testing.client import MailCatch

ANY_PASSWORD = "any"  # noqa: S105 - the sink takes each
"""What goes with the inbox's name in AUTH, which is how mail to any address comes into it."""

DJANGO_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


class FlaskApp(Protocol):
    """What is needed of a Flask application."""

    @property
    def config(self) -> Any:  # noqa: ANN401 - Flask's mapping
        """Its settings."""

    @property
    def extensions(self) -> Any:  # noqa: ANN401 - Flask's mapping
        """Its extensions by name."""


@contextmanager
def django(sink: MailCatch) -> Iterator[None]:
    """Have Django send to the sink, also under its test runner, which puts a list in memory (locmem) in its place."""
    # Not by name: Django has no types, and is there only where an application of it is tested.
    with importlib.import_module("django.test").override_settings(**django_settings(sink)):
        yield


def django_settings(sink: MailCatch) -> dict[str, object]:
    """Return the settings with which Django sends to the sink."""
    return {
        "EMAIL_BACKEND": DJANGO_BACKEND,
        "EMAIL_HOST": sink.smtp_host,
        "EMAIL_PORT": sink.smtp_port,
        "EMAIL_HOST_USER": sink.inbox or "",
        "EMAIL_HOST_PASSWORD": ANY_PASSWORD if sink.inbox else "",
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
        "EMAIL_TIMEOUT": 10,
    }


@contextmanager
def flask_mail(sink: MailCatch, app: FlaskApp) -> Iterator[None]:
    """Have Flask-Mail send to the sink, also while TESTING, which suppresses its mail.

    It reads its settings once, in `init_app`; so what it has read is changed too. Raises LookupError if the application
    has no Flask-Mail.
    """
    if "mail" not in app.extensions:
        raise LookupError("the application has no Flask-Mail: call Mail(app) or mail.init_app(app) first")
    state = {
        "server": sink.smtp_host,
        "port": sink.smtp_port,
        "username": sink.inbox,
        "password": ANY_PASSWORD if sink.inbox else None,
        "use_tls": False,
        "use_ssl": False,
        "suppress": False,
    }
    names = {"suppress": "MAIL_SUPPRESS_SEND"}
    settings = {names.get(name, f"MAIL_{name.upper()}"): value for name, value in state.items()}
    mail = vars(app.extensions["mail"])
    with _changed(mail, state), _changed(app.config, settings):
        yield


@contextmanager
def _changed(target: Any, values: Mapping[str, object]) -> Iterator[None]:  # noqa: ANN401 - any mutable mapping
    """Change some items of a mapping; afterwards they are as before, also not there."""
    before = {name: target[name] for name in values if name in target}
    target.update(values)
    try:
        yield
    finally:
        for name in values:
            target.pop(name, None)
        target.update(before)
