"""What the relay leaves of a mail, for pages to show: a trace with a dead host, an unverified certificate, a refusal."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route

Event = tuple[int, str, dict[str, Any]]

LOOKED_UP: list[Event] = [
    (0, "route.decision", {"address": "bob@y.test", "way": "relay", "rule": "allow @y.test"}),
    (1, "dns.query", {"name": "y.test", "type": "MX", "server": "192.0.2.53"}),
    (9, "dns.answer", {"name": "y.test", "type": "MX", "rcode": "NOERROR", "ms": 8, "records": ["10 mx1.y.test"]}),
    (10, "mx.order", {"hosts": [{"preference": 10, "name": "mx1.y.test"}, {"preference": 20, "name": "mx2.y.test"}]}),
]
DEAD: list[Event] = [
    (12, "tcp.connect", {"host": "mx1.y.test", "address": "192.0.2.1", "port": 25}),
    (3012, "tcp.fail", {"host": "mx1.y.test", "address": "192.0.2.1", "port": 25, "ms": 3000, "error": "no answer", "timeout": True}),
]  # fmt: skip
SPOKEN: list[Event] = [
    (3013, "next", {"host": "mx2.y.test", "why": "no address of mx1.y.test answered"}),
    (3014, "tcp.connect", {"host": "mx2.y.test", "address": "2001:db8::2", "port": 25}),
    (3020, "tcp.open", {"host": "mx2.y.test", "address": "2001:db8::2", "port": 25, "ms": 6, "local": "2001:db8::1"}),
    (3025, "smtp.s", {"line": "220 mx2.y.test ESMTP <b>bold</b>", "ms": 5}),
    (3026, "smtp.c", {"line": "EHLO us.test"}),
    (3030, "smtp.s", {"line": "250-mx2.y.test", "ms": 4}),
    (3030, "smtp.s", {"line": "250 STARTTLS", "ms": 4}),
    (3032, "smtp.c", {"line": "STARTTLS"}),
    (3035, "smtp.s", {"line": "220 go", "ms": 3}),
    (3050, "tls.open", {"version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "names": ["mx.other.test"], "issuer": "Test CA",
                        "expires": "2027-01-01", "verified": False, "why": "it is for mx.other.test"}),
    (3051, "smtp.c", {"line": "EHLO us.test", "tls": True}),
    (3055, "smtp.s", {"line": "250 PIPELINING", "tls": True, "ms": 4}),
    (3056, "smtp.c", {"line": "MAIL FROM:<app@x.test>", "tls": True}),
    (3056, "smtp.c", {"line": "RCPT TO:<bob@y.test>", "tls": True}),
    (3060, "smtp.s", {"line": "250 2.1.0 ok", "tls": True, "ms": 4}),
]  # fmt: skip
BUSY: list[Event] = [
    (3062, "smtp.s", {"line": "450 4.2.1 mailbox busy", "tls": True, "ms": 6}),
    (3063, "smtp.c", {"line": "QUIT", "tls": True}),
    (3064, "rcpt.result", {"address": "bob@y.test", "state": "deferred", "code": 450, "text": "mailbox busy"}),
    (3065, "verdict", {"text": "deferred: 450 4.2.1 mailbox busy"}),
]
TAKEN: list[Event] = [
    (3062, "smtp.s", {"line": "250 2.1.5 ok", "tls": True, "ms": 6}),
    (3063, "smtp.c", {"line": "DATA", "tls": True}),
    (3070, "smtp.s", {"line": "354 go on", "tls": True, "ms": 7}),
    (3071, "smtp.body", {"bytes": 812, "sha256": "ab" * 32, "ms": 1}),
    (5071, "smtp.s", {"line": "250 2.0.0 queued as 4711", "tls": True, "ms": 2000}),
    (5074, "verdict", {"text": "sent"}),
]
CUT_OFF: list[Event] = [
    *LOOKED_UP,
    *DEAD,
    (3013, "verdict", {"text": "no server on port 25 could be reached", "blocked_port": True}),
]
DEFERRED = [*LOOKED_UP, *DEAD, *SPOKEN, *BUSY]
SENT = [*LOOKED_UP, *DEAD, *SPOKEN, *TAKEN]


def path_of(events: list[Event], *, state: str = "deferred", **facts: Any) -> dict[str, Any]:
    """Return a way as `GET /v1/messages/{id}/path` answers it: two hops, a release, one attempt, one fetch."""
    at = "2026-11-23T09:12:44.031Z"
    empty = dict.fromkeys(
        ("ended_at", "protocol", "account", "act", "client", "session_id", "message", "job", "n", "domain")
    )

    def step(kind: str, text: str, happened: list[Event] | None = None, **given: Any) -> dict[str, Any]:
        found = [
            {"seq": number, "t_ms": t_ms, "kind": name, "data": data}
            for number, (t_ms, name, data) in enumerate(happened or [], 1)
        ]
        return {"at": at, "kind": kind, "text": text, "events": found, **empty, **given}

    recipient = {
        "address": "bob@y.test", "original": "list@y.test", "route": "relay", "rule": "allow @y.test", "state": state, "code": 450,
        "enhanced": "4.2.1", "text": "mailbox busy", "stage": "rcpt", "mta": "mx2.y.test", "attempts": 1,
        "next_at": "2096-11-23T09:12:44.031Z", "uncertain": False, "job": "J1", "bounce": None, **facts,
    }  # fmt: skip
    way = {"address": "bob@y.test", "way": "relay", "rule": "allow @y.test"}
    return {
        "recipients": [recipient],
        "steps": [
            step("hop", "from a.test by b.test", [(0, "hop", {"from": "a.test", "by": "b.test", "with": "ESMTP"})]),
            step("hop", "from b.test", [(0, "hop", {"from": "b.test", "by": "x.test", "with": "ESMTPS", "delay": 5000})]),
            step("received", "by ESMTP from x.test", protocol="ESMTP", session_id="S1"),
            step("stored", "812 bytes, as M1"),
            step("decision", "released to bob@y.test", [(0, "route.decision", way)], job="J1"),
            step("attempt", str(events[-1][2]["text"]), events, job="J1", n=1, domain="y.test", ended_at="2026-11-23T09:12:47.100Z"),
            step("bounce", "a report was made for the sender about bob@y.test", message="M2", job="J1", n=1),
            step("fetched", "RETR by POP3 as bob@y.test", protocol="POP3", account="bob@y.test", act="RETR"),
        ],
    }  # fmt: skip


def job_of(id: str, message: str | None, *recipients: dict[str, Any], subject: str = "Rich") -> dict[str, Any]:
    """Return a job as the queue's endpoints answer it."""
    return {
        "id": id, "message": message, "subject": subject, "sender": "app@x.test", "source": "release", "rule": "allow @y.test",
        "created_at": "2026-11-23T09:12:44.031Z", "expires_at": "2026-11-23T11:12:44.031Z", "recipients": list(recipients), "attempts": [],
    }  # fmt: skip


def person_of(address: str, state: str, **facts: Any) -> dict[str, Any]:
    """Return a recipient as the queue's endpoints answer it."""
    return {
        "address": address, "original": address, "domain": address.partition("@")[2], "state": state, "attempts": 0, "next_at": None,
        "code": None, "enhanced": None, "text": None, "stage": None, "mta": None, "uncertain": False, "bounce": None, **facts,
    }  # fmt: skip


class Pretended:
    """The relay's endpoints as the specification has them, answered before they reach the server."""

    def __init__(self, page: Page, *jobs: dict[str, Any]) -> None:
        self.jobs = list(jobs)
        self.paused = False
        self.allow = ["@y.test"]
        self.asked: list[tuple[str, str, Any]] = []
        page.route("**/v1/info", self._info)
        page.route(re.compile(r"/v1/relay"), self._relay)
        page.route("**/v1/messages/*/release", self._release)

    def _info(self, route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "relay": {"enabled": True, "paused": self.paused}})

    def _state(self) -> dict[str, Any]:
        states = [each["state"] for job in self.jobs for each in job["recipients"]]
        return {
            "enabled": True, "paused": self.paused, "mode": "manual", "via": "mx", "profile": "dev",
            "counts": {state: states.count(state) for state in set(states)},
            "limits": {"per_hour": 20, "per_day": 200, "rcpts": 10, "left_hour": 19, "left_day": 199},
            "allow": self.allow, "deny": [], "redirect_to": None, "cursor": "a.1",
            "notice": "Most networks block port 25, and large receivers want PTR and SPF.",
        }  # fmt: skip

    def _relay(self, route: Route) -> None:
        request = route.request
        path = urlsplit(request.url).path.partition("/v1/relay")[2]
        body = request.post_data_json if request.method != "GET" else None
        if request.method != "GET":
            self.asked.append((request.method, path, body))
        if path == "/route":
            return route.fulfill(json=self._route(body["address"]))
        if path == "/jobs":
            state = parse_qs(urlsplit(request.url).query).get("state", [None])[0]
            found = [
                job for job in self.jobs if state is None or any(one["state"] == state for one in job["recipients"])
            ]
            return route.fulfill(json={"jobs": found, "before": None, "cursor": "a.1"})
        if request.method == "PUT":
            self.paused = body["paused"]
        elif request.method == "POST":
            self._act(path.split("/")[2], path.rpartition("/")[2], body["to"])
        return route.fulfill(json=self._state())

    def _act(self, id: str, act: str, to: list[str]) -> None:
        becomes = {"cancel": "cancelled", "hold": "held", "retry": "queued", "requeue": "queued", "bounce": "failed"}[
            act
        ]
        for each in next(job for job in self.jobs if job["id"] == id)["recipients"]:
            if each["address"] in to:
                each.update(state=becomes, next_at=None)

    def _route(self, address: str) -> dict[str, Any]:
        fine = address.endswith("@y.test")
        hosts = [
            {"preference": 10, "name": "mx1.y.test", "flags": [], "addresses": [
                {"address": "192.0.2.1", "port": 25, "guarded": None}, {"address": "10.0.0.1", "port": 25, "guarded": "a private address"}]},
        ]  # fmt: skip
        decision = {"asked": address, "address": address, "way": "relay" if fine else "blocked"}
        return {
            "decision": {**decision, "rule": "allow @y.test" if fine else "no rule of --relay-allow names it"},
            "domain": address.partition("@")[2], "hosts": hosts if fine else [], "problem": None, "code": None, "enhanced": None, "events": [],
        }  # fmt: skip

    def _release(self, route: Route) -> None:
        body = route.request.post_data_json
        self.asked.append(("POST", "release", body))
        wrong = next((each for each in body["to"] if not each.endswith("@y.test")), None)
        if wrong:
            detail = f"{wrong} may not get mail: no rule of --relay-allow names it."
            problem = {
                "type": "https://mailcatch.example/problems/relay-refused",
                "title": "No",
                "status": 409,
                "detail": detail,
            }
            return route.fulfill(status=409, content_type="application/problem+json", body=json.dumps(problem))
        self.jobs.append(job_of("J9", None, *(person_of(each, "queued") for each in body["to"]), subject="Released"))
        return route.fulfill(status=201, json=self.jobs[-1])


LATER = "2096-11-23T09:12:44.031Z"


def queue(page: Page) -> Pretended:
    """Have a queue with something in every state."""
    busy = {
        "attempts": 2,
        "next_at": LATER,
        "code": 450,
        "enhanced": "4.2.1",
        "text": "mailbox busy",
        "mta": "mx2.y.test",
    }
    return Pretended(
        page,
        job_of("J2", None, person_of("held@y.test", "held", text="over the limit of 20 an hour"), person_of("new@y.test", "queued"),
               person_of("now@y.test", "active", attempts=1), subject="Newsletter"),
        job_of("J1", None, person_of("bob@y.test", "deferred", **busy), person_of("ann@y.test", "sent", attempts=1, code=250, text="ok", mta="mx1.y.test"),
               person_of("eve@y.test", "failed", attempts=1, code=550, enhanced="5.1.1", text="no such user", mta="mx1.y.test", bounce="01K0000000000000000000000Z")),
    )  # fmt: skip
