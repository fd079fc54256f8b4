"""The relay's endpoints: the queue can always be read; what a rule forbids is 409 with its name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailcatch.inbox.queue import Queue
from mailcatch.relay.control import Control
from mailcatch.relay.rules import policy_of
from mailcatch.relay_section import RelaySection
from mailcatch.store.api import Store
from mailcatch.trace import TraceEvent
from tests.support.relay import CAPS, claimed, ended
from tests.support.web import Client, Web, web

ON = RelaySection(enabled=True, allow=("@x.test",))
NOBODY = "01HF7YAT001P322251QMAKPMKD"


def on(store: Store) -> Control:
    """Give a relay that is on, without a worker."""
    return Control(store, Queue(store, CAPS), ON, policy_of(ON))


@pytest.fixture
def door() -> Iterator[Web]:
    with web(relay=on) as running:
        yield running


def release(door: Web, *to: str) -> str:
    """Release a message; give the job."""
    answer = door.client.post(f"/v1/messages/{door.deliver()}/release", {"to": list(to or ("bob@x.test",))})
    assert answer.status == 201
    return str(answer.json()["id"])


def test_the_state(door: Web):
    """What is set up, what is queued, and what may still go."""
    release(door)
    state = door.client.get("/v1/relay").json()
    assert (state["enabled"], state["paused"], state["mode"], state["via"], state["allow"]) == (
        True, False, "manual", "mx", ["@x.test"]
    )  # fmt: skip
    assert state["counts"]["queued"] == 1
    assert state["limits"] == {"per_hour": 20, "per_day": 200, "rcpts": 10, "left_hour": 19, "left_day": 199}
    assert "port 25" in state["notice"]


def test_pause(door: Web):
    """It is told here and in /v1/info."""
    assert door.client.ask("PUT", "/v1/relay", {"paused": True}).json()["paused"] is True
    assert door.client.get("/v1/info").json()["relay"] == {"enabled": True, "paused": True}


def test_jobs(door: Web):
    """Newest first, by state, page by page, and one with its attempts."""
    first, second = release(door), release(door, "ann@x.test", "bob@x.test")
    page = door.client.get("/v1/relay/jobs?limit=1&state=queued").json()
    assert [job["id"] for job in page["jobs"]] == [second]
    assert [job["id"] for job in door.client.get(f"/v1/relay/jobs?before={page['before']}").json()["jobs"]] == [first]
    assert door.client.get("/v1/relay/jobs?state=sent").json()["jobs"] == []
    job = door.client.get(f"/v1/relay/jobs/{second}").json()
    assert [(each["address"], each["state"]) for each in job["recipients"]] == [
        ("ann@x.test", "queued"), ("bob@x.test", "queued")
    ]  # fmt: skip


def test_an_attempt_as_json_and_as_text(door: Web):
    """The whole of it, to look at and to paste."""
    job = release(door)
    (claim,) = claimed(door.store, 2**50)
    door.store.relay_trace(claim.attempt, [TraceEvent(1, 5, "smtp.c", {"line": "EHLO us.test"})]).result(20)
    assert door.client.get(f"/v1/relay/jobs/{job}/attempts/1").json()["ended_at"] is None
    ended(door.store, claim)
    whole = door.client.get(f"/v1/relay/jobs/{job}/attempts/1").json()
    assert (whole["job"], whole["n"], whole["verdict"]) == (job, 1, "sent")
    assert whole["events"] == [{"seq": 1, "t_ms": 5, "kind": "smtp.c", "data": {"line": "EHLO us.test"}}]
    text = door.client.ask("GET", f"/v1/relay/jobs/{job}/attempts/1", None, {"Accept": "text/plain"}).body.decode()
    assert "-> EHLO us.test" in text
    assert text.endswith("sent\n")


@pytest.mark.parametrize(
    ("act", "state"), [("retry", "queued"), ("hold", "held"), ("cancel", "cancelled"), ("bounce", "failed")]
)
def test_acts(door: Web, act: str, state: str):
    """For the named recipients, or all; each leaves an audit row with who did it."""
    job = release(door, "ann@x.test", "bob@x.test")
    answer = door.client.post(f"/v1/relay/jobs/{job}/{act}", {"to": ["ann@x.test"]}).json()
    assert [each["state"] for each in answer["recipients"]] == [state, "queued"]
    row = door.store.relay_audit()[0]
    assert (row.act, row.data["to"]) == (act, ["ann@x.test"])
    assert row.actor.startswith("http 127.0.0.1")


def test_requeue_and_what_no_state_allows(door: Web):
    """What is at an end begins anew; what is not cannot."""
    job = release(door)
    assert door.client.post(f"/v1/relay/jobs/{job}/requeue", {}).problem == "relay-refused"
    door.client.post(f"/v1/relay/jobs/{job}/cancel", {})
    assert door.client.post(f"/v1/relay/jobs/{job}/requeue", {}).json()["recipients"][0]["state"] == "queued"


@pytest.mark.parametrize(
    ("to", "said"), [("eve@other.test", "no rule of relay.allow matches"), ("nonsense", "not an address")]
)
def test_releases_that_a_rule_forbids(door: Web, to: str, said: str):
    """409 with the rule, and no job."""
    answer = door.client.post(f"/v1/messages/{door.deliver()}/release", {"to": ["bob@x.test", to]})
    assert (answer.status, answer.problem) == (409, "relay-refused")
    assert said in answer.json()["detail"]
    assert door.client.get("/v1/relay/jobs").json()["jobs"] == []


def test_a_release_names_its_recipients(door: Web):
    """None is no release; neither is an unknown message."""
    assert door.client.post(f"/v1/messages/{door.deliver()}/release", {"to": []}).status == 422
    assert door.client.post(f"/v1/messages/{NOBODY}/release", {"to": ["bob@x.test"]}).status == 404


def test_latest_can_be_released(door: Web):
    """As everywhere, `latest` is a message."""
    id = door.deliver()
    assert door.client.post("/v1/messages/latest/release", {"to": ["bob@x.test"]}).json()["message"] == id


def test_what_is_not_there(door: Web):
    """Jobs and attempts that are none are 404, wrong parameters 400."""
    job = release(door)
    for path in (f"/{NOBODY}", "/nonsense", f"/{job}/attempts/1", f"/{job}/attempts/0", f"/{NOBODY}/attempts/1"):
        assert door.client.get(f"/v1/relay/jobs{path}").status == 404
    assert door.client.post(f"/v1/relay/jobs/{NOBODY}/hold", {}).status == 404
    assert door.client.get("/v1/relay/jobs?before=x").status == 400
    assert door.client.get("/v1/relay/jobs?state=lost").status == 400


def test_off():
    """With the relay off everything can be read; route tells the setting, release and probe are refused with it."""
    with web() as door:
        assert door.client.get("/v1/relay").json()["enabled"] is False
        route = door.client.post("/v1/relay/route", {"address": "bob@x.test"}).json()
        assert (route["decision"]["way"], route["problem"]) == ("none", "relay.enabled is off")
        for path, body in (
            (f"/v1/messages/{door.deliver()}/release", {"to": ["bob@x.test"]}),
            ("/v1/relay/probe", {"address": "bob@x.test"}),
        ):
            answer = door.client.post(path, body)
            assert (answer.status, answer.problem) == (409, "relay-refused")
            assert "relay.enabled is off" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/relay/probe", "/v1/relay/route", f"/v1/messages/{NOBODY}/release",
                                  f"/v1/relay/jobs/{NOBODY}/retry"])  # fmt: skip
def test_no_other_site_may_ask(client: Client, path: str):
    """A page of elsewhere is refused before anything is looked at."""
    answer = client.ask("POST", path, {"to": [], "address": "bob@x.test"}, {"Origin": "http://evil.test"})
    assert (answer.status, answer.problem) == (403, "foreign-origin")
