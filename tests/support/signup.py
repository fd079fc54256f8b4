"""Applications that people sign up to: a form, a mail with a link and a code, and a page that asks for the code.

The two behave alike; one sends by Django's mail, the other by Flask-Mail, each by what its framework's settings say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from socketserver import ThreadingMixIn
from typing import Any, TypeVar
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import flask
import flask_mail
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS, chromium
from tests.support.needs import missing

Result = TypeVar("Result")
Wsgi = Callable[..., Any]

CODE = "482913"
SENDER = "hello@shop.example"
SUBJECT = "Confirm your address"
FORM = "<h1>Join us</h1><form method=post action=/signup><input id=email name=email><button>Sign up</button></form>"
SENT = "<h1>Look into your mail</h1>"
ASK = "<h1>Your code</h1><form method=post action=/confirm><input id=code name=code><button>Finish</button></form>"


def done(code: str) -> str:
    """Give the last page."""
    return "<h1>Welcome</h1>" if code == CODE else "<h1>That is not the code</h1>"


def words(root: str) -> tuple[str, str]:
    """Give the mail as text and as HTML; besides what is wanted it has a link and a number that are not."""
    url = f"{root}confirm"
    text = f"Welcome to the shop of 2026!\n\nConfirm your address: {url}\nYour code is {CODE}.\n"
    html = (
        f'<p>Welcome to the shop of 2026!</p><p><a href="{url}">Confirm</a></p><p>Your code is <b>{CODE}</b></p>'
        f'<p><a href="{root}unsubscribe">Unsubscribe</a></p>'
    )
    return text, html


def flask_app() -> flask.Flask:
    """Make the Flask application, in test mode, as its users' tests have it."""
    app = flask.Flask("signup")
    app.config.update(TESTING=True)
    mail = flask_mail.Mail(app)
    app.add_url_rule("/signup", "form", lambda: FORM)
    app.add_url_rule("/confirm", "ask", lambda: ASK)
    app.add_url_rule("/confirm", "done", lambda: done(flask.request.form["code"]), methods=["POST"])

    @app.post("/signup")
    def signup() -> str:
        text, html = words(flask.request.host_url)
        mail.send(flask_mail.Message(SUBJECT, [flask.request.form["email"]], text, html, sender=SENDER))
        return SENT

    return app


def django_app() -> Wsgi:
    """Make the Django application, in the test environment that its runner sets up."""
    _set_up_django()
    application: Wsgi = import_module("django.core.wsgi").get_wsgi_application()
    return application


def _set_up_django() -> None:
    settings = import_module("django.conf").settings
    if settings.configured:
        return
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="for tests", MIDDLEWARE=[])
    import_module("django").setup()
    import_module("django.test.utils").setup_test_environment()
    path, answer = import_module("django.urls").path, import_module("django.http").HttpResponse

    def signup(request: Any) -> Any:
        if request.method == "GET":
            return answer(FORM)
        text, html = words(request.build_absolute_uri("/"))
        send = import_module("django.core.mail").send_mail
        send(SUBJECT, text, SENDER, [request.POST["email"]], html_message=html)
        return answer(SENT)

    def confirm(request: Any) -> Any:
        return answer(ASK if request.method == "GET" else done(request.POST["code"]))

    urlpatterns.extend([path("signup", signup), path("confirm", confirm)])


urlpatterns: list[Any] = []
"""Django's routes: its settings name this module."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True  # Chromium opens a connection ahead of time, and nobody waits for its end


class _Quiet(WSGIRequestHandler):
    def log_message(self, *words: object) -> None:
        """Say nothing."""


@contextmanager
def served(app: Wsgi) -> Iterator[str]:
    """Serve an application on a free port, and give its address."""
    with make_server("127.0.0.1", 0, app, _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def in_chromium(drive: Callable[[Page], Result]) -> Result:
    """Drive a page, in a thread of its own: Playwright leaves an event loop running where it was."""
    path = chromium() or missing("no Chromium: install it, or name it in $CHROMIUM")

    def there() -> Result:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            try:
                page = browser.new_page()
                page.set_default_timeout(10_000)
                return drive(page)
            finally:
                browser.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(there).result()
