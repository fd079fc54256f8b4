"""mailcatch.web.application: what no route is there for."""

from __future__ import annotations

import pytest

from tests.support.web import Client


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v1/nope",
        "/v1/messages/",
        "/v1//messages",
        "/v1/messages;x",
        "/V1/messages",
        "/frame/x",
        "/v1/%2e%2e/livez",
        "/v1/messages/%2fetc%2fpasswd",
        "/assets/../../pyproject.toml",
    ],
)
def test_nothing_there(client: Client, path: str) -> None:
    """404 as a problem, with no redirect to another spelling."""
    answer = client.bare("GET", path, headers={"Accept": "application/json"})
    assert (answer.status, answer.problem) == (404, "not-found")


def test_two_slashes_are_an_authority(client: Client) -> None:
    """`//v1` names a host, and no path of ours."""
    assert client.bare("GET", "//v1/messages").status == 400


def test_an_encoded_path_is_the_same_path(client: Client) -> None:
    """`%76` is `v`."""
    assert client.bare("GET", "/%761/cursor").status == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/messages", "DELETE, GET, HEAD, PATCH, POST"),
        ("POST", "/v1/counts", "GET, HEAD"),
        ("OPTIONS", "/v1/messages", "DELETE, GET, HEAD, PATCH, POST"),
        ("TRACE", "/v1/messages", "DELETE, GET, HEAD, PATCH, POST"),
        ("DELETE", "/livez", "GET, HEAD"),
    ],
)
def test_not_possible_here(client: Client, method: str, path: str, allowed: str) -> None:
    """405, and what is possible."""
    answer = client.bare(method, path)
    assert (answer.problem, answer.headers["allow"]) == ("method-not-allowed", allowed)


def test_the_page(client: Client) -> None:
    """There is one at `/`, built or not."""
    answer = client.bare("GET", "/")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
