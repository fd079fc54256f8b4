"""mailcatch.web.info: what runs here, and whether it is well."""

from __future__ import annotations

from mailcatch.config import HttpSection
from mailcatch.model import Listener
from mailcatch.store.api import Health
from tests.support.web import Client, Web, web


def test_what_runs_here() -> None:
    """Ports as in the ready file, URLs with the webroot and IPv6 in brackets."""
    section = HttpSection(webroot="/mail")
    listeners = (Listener("127.0.0.1", 8025), Listener("::1", 8025))
    with web(section=section, smtp=(Listener("::1", 1025, "starttls"),), http=listeners) as door:
        info = door.client.get("/v1/info").json()
    assert info["smtp"] == [{"host": "::1", "port": 1025, "tls": "starttls"}]
    assert info["http"] == [{"url": "http://127.0.0.1:8025/mail"}, {"url": "http://[::1]:8025/mail"}]
    assert info["relay"] == {"enabled": False, "paused": False}
    assert info["limits"]["max_message_size"] == section.max_message_size


def test_counts(door: Web, client: Client) -> None:
    """The numbers of the sidebar."""
    ids = [door.deliver(to=["a@x.test", "b@x.test"]), door.deliver(to=["a@x.test"]), door.deliver(to=["c@x.test"])]
    client.patch({"ids": ids[1:2], "read": True, "pinned": True, "tags": {"add": ["t"]}})
    client.patch({"ids": ids[2:], "bin": True})
    counts = client.get("/v1/counts").json()
    assert (counts["total"], counts["unread"], counts["pinned"], counts["binned"]) == (2, 1, 1, 1)
    assert {"address": "a@x.test", "total": 2, "unread": 1} in counts["recipients"]
    assert counts["tags"] == [{"tag": "t", "total": 1}]
    assert counts["inboxes"] == [{"name": "default", "total": 2, "unread": 1}]


def test_health_in_words() -> None:
    """Alive is not ready: starting, stopping and a failed store are 503 with a reason."""
    with web(ready=False) as door:
        assert door.client.get("/livez").json()["status"] == "ok"
        answer = door.client.get("/readyz")
        assert (answer.status, answer.json()["status"]) == (503, "starting")
    with web(stopping=True) as door:
        assert door.client.get("/readyz").json()["status"] == "stopping"
    with web() as door:
        assert door.client.get("/readyz").status == 200


def test_a_store_that_fails_is_not_ready(door: Web, client: Client, monkeypatch: object) -> None:
    """With the store's own sentence."""
    monkeypatch.setattr(type(door.store), "health", lambda self: Health(False, "the disk is full"))  # type: ignore[attr-defined]
    answer = client.get("/readyz")
    assert (answer.status, answer.json()) == (503, {"status": "failed", "problem": "the disk is full"})
