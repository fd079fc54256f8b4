"""mailcatch.web.inboxes: the list, making one for a test, forgetting it."""

from __future__ import annotations

import pytest

from tests.support.web import Client, Web


def test_the_list(door: Web, client: Client) -> None:
    """Each with its numbers; the default one is nobody's doing and stays."""
    door.deliver()
    (inbox,) = client.get("/v1/inboxes").json()["inboxes"]
    assert inbox.pop("created_at").endswith("Z")
    numbers = {"total": 1, "unread": 1}
    assert inbox == {"name": "default", "label": "", "automatic": False, "expires_at": None, **numbers}


def test_one_is_made_and_gets_its_mail(door: Web, client: Client) -> None:
    """By the address under the catch domain."""
    made = client.post("/v1/inboxes", {"name": "gw0", "label": "worker 0", "ttl": "1h"})
    assert (made.status, made.json()["name"], made.json()["label"]) == (201, "gw0", "worker 0")
    assert made.json()["expires_at"] > made.json()["created_at"]
    assert made.headers["location"] == "/v1/inboxes/gw0"
    id = door.deliver(to=["bob@gw0.mailcatch.example"])
    assert client.get(f"/v1/messages/{id}").json()["inboxes"] == ["gw0"]
    assert [each["id"] for each in client.get("/v1/messages?inbox=gw0").json()["messages"]] == [id]


def test_a_name_may_be_left_out(client: Client) -> None:
    """Each time another one."""
    assert client.post("/v1/inboxes", {}).json()["name"] != client.post("/v1/inboxes", {}).json()["name"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "No"},
        {"name": ""},
        {"label": "x" * 201},
        {"ttl": "soon"},
        {"ttl": 0},
        {"ttl": "400d"},
        {"ttl": 7e307},
        {"x": 1},
    ],
)
def test_what_cannot_be_made(client: Client, body: dict[str, object]) -> None:
    """422 with the field."""
    answer = client.post("/v1/inboxes", body)
    assert (answer.status, answer.json()["type"].rpartition("/")[2]) == (422, "bad-body")


def test_somebody_elses_is_a_conflict(client: Client) -> None:
    """And so is forgetting the default one."""
    client.post("/v1/inboxes", {"name": "gw0"})
    assert client.post("/v1/inboxes", {"name": "gw0"}).status == 409
    assert client.delete("/v1/inboxes/default").status == 409


def test_forgetting_one_keeps_its_mail(door: Web, client: Client) -> None:
    """It goes to the default one; a second time there is nothing to forget."""
    client.post("/v1/inboxes", {"name": "gw0"})
    id = door.deliver(to=["bob+gw0@x.test"])
    answer = client.delete("/v1/inboxes/gw0")
    assert (answer.status, answer.json()["name"]) == (200, "gw0")
    assert client.get(f"/v1/messages/{id}").json()["inboxes"] == ["default"]
    assert client.delete("/v1/inboxes/gw0").status == 404
