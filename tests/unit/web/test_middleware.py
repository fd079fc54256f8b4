"""mailcatch.web.middleware: the guard's rules as tables. The whole door against every route: tests/e2e."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from mailcatch.web.middleware import Guard, content_type, is_known_host, is_same_origin


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8025",
        "localhost.",
        "127.0.0.1:8025",
        "192.168.1.7",
        "[::1]:8025",
        "[fe80::1]",
        "mailcatch",
        "mailcatch:8025",
        "app.localhost",
        "host.docker.internal:8025",
        "mail.dev.example",
        "a.ci.example",
        "ci.example",
    ],
)
def test_names_that_cannot_be_rebound_are_known(host: str) -> None:
    """IP literals, names without a dot, `*.localhost`, and what was allowed."""
    assert is_known_host(host, ("mail.dev.example", ".ci.example"))


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evilci.example",
        "x.mail.dev.example",
        "localhost:8025:8025",
        "localhost@evil.example",
        "127.1",
        "[::1",
        "[evil]",
        "a b",
        "localhost/",
        "evil.example:80",
        "localhost\n",
        "\uff4cocalhost.evil",
    ],
)
def test_other_names_are_not(host: str) -> None:
    """A name of the public DNS can point here at any time."""
    assert not is_known_host(host, ("mail.dev.example", ".ci.example"))


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:8025", "localhost:8025", True),
        ("HTTP://LOCALHOST:8025", "localhost:8025", True),
        ("http://localhost", "localhost:80", True),
        ("http://localhost:80", "localhost", True),
        ("http://[::1]:8025", "[::1]:8025", True),
        ("http://localhost:3000", "localhost:8025", False),
        ("http://127.0.0.1:8025", "localhost:8025", False),
        ("https://localhost:8025", "localhost:8025", False),
        ("null", "localhost:8025", False),
        ("", "localhost:8025", False),
        ("http://localhost:8025.evil.example", "localhost:8025", False),
        ("http://localhost:8025@evil.example", "localhost:8025", False),
    ],
)
def test_an_origin_is_ours_or_foreign(origin: str, host: str, same: bool) -> None:
    """Only pages of the very address that is asked may use it."""
    assert is_same_origin(origin, "http", host) is same


def call(guard: Guard, **environ: str) -> tuple[str, dict[str, str], bytes]:
    """Send a request through the guard."""
    answered: dict[str, Any] = {}
    base = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http"}

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        answered.update(status=status[:3], headers=dict(headers))

    body = b"".join(guard({**base, **environ}, start))
    return answered["status"], answered["headers"], body


def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """Answer with the path that arrived."""
    start("200 OK", [("Content-Type", "text/plain"), ("Cache-Control", "max-age=1")])
    return [f"{environ.get('SCRIPT_NAME', '')}|{environ['PATH_INFO']}".encode()]


def test_every_answer_has_the_security_headers() -> None:
    """They are added, and what the application says itself stays."""
    status, headers, _ = call(Guard(application))
    assert (status, headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("200", "nosniff", "max-age=1")
    status, headers, body = call(Guard(application), HTTP_HOST="evil.example")
    assert (status, headers["X-Content-Type-Options"]) == ("421", "nosniff")
    assert b"--allow-host" in body


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({}, "200"),
        ({"CONTENT_LENGTH": "0", "CONTENT_TYPE": "text/plain"}, "200"),
        ({"CONTENT_LENGTH": "2", "CONTENT_TYPE": "application/json; charset=utf-8"}, "200"),
        ({"CONTENT_LENGTH": "2", "CONTENT_TYPE": "Message/RFC822"}, "200"),
        ({"CONTENT_LENGTH": "2", "CONTENT_TYPE": "text/plain"}, "415"),
        ({"CONTENT_LENGTH": "2"}, "415"),
        ({"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_TYPE": "multipart/form-data"}, "415"),
        ({"HTTP_SEC_FETCH_SITE": "same-origin"}, "200"),
        ({"HTTP_SEC_FETCH_SITE": "none"}, "200"),
        ({"HTTP_SEC_FETCH_SITE": "cross-site"}, "403"),
        ({"HTTP_SEC_FETCH_SITE": "same-site"}, "403"),
        ({"HTTP_ORIGIN": "http://localhost"}, "200"),
        ({"HTTP_ORIGIN": "null"}, "403"),
    ],
)
def test_unsafe_requests(environ: dict[str, str], status: str) -> None:
    """A foreign page can send none of those that change something."""
    assert call(Guard(application), REQUEST_METHOD="DELETE", **environ)[0] == status


def test_a_foreign_origin_may_not_even_read() -> None:
    """Origin is checked on every method."""
    assert call(Guard(application), HTTP_ORIGIN="http://evil.example")[0] == "403"


def test_a_mail_frame_may_show_its_pictures() -> None:
    """A frame's origin is opaque, and browsers send "null" with its pictures: these are let through, nothing else is."""
    guard = Guard(application)
    assert call(guard, HTTP_ORIGIN="null", PATH_INFO="/frame/t/cid/2.1")[0] == "200"
    assert call(guard, HTTP_ORIGIN="null", PATH_INFO="/frame/t/cid/../../../v1/messages")[0] == "403"
    assert call(guard, HTTP_ORIGIN="null", PATH_INFO="/v1/messages")[0] == "403"
    assert call(guard, HTTP_ORIGIN="null", PATH_INFO="/frame/t/cid/2.1", REQUEST_METHOD="POST")[0] == "403"
    assert call(guard, HTTP_ORIGIN="http://evil.example", PATH_INFO="/frame/t/cid/2.1")[0] == "403"


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/mail/v1", "200", b"/mail|/v1"),
        ("/mail/", "200", b"/mail|/"),
        ("/mail", "307", b""),
        ("/", "307", b""),
        ("/v1", "404", None),
        ("/mailing/v1", "404", None),
    ],
)
def test_the_webroot_is_stripped(path: str, status: str, body: bytes | None) -> None:
    """Everything lies under the prefix, and its root is found."""
    given, _, text = call(Guard(application, "/mail"), PATH_INFO=path)
    assert given == status
    assert body is None or text == body


def test_a_media_type_is_without_parameters() -> None:
    """Parameters and case do not matter."""
    assert content_type({"CONTENT_TYPE": "Application/JSON ; charset=x"}) == "application/json"
    assert content_type({}) == ""
