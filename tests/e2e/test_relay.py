"""The relay of the real process: out by MX, deferred and again, held and cancelled, paused, resumed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.mta import Script
from tests.support.relaying import ANN, DOMAIN, MAIL, Stage, stage

BOB = f"bob@{DOMAIN}"


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Stage]:
    """Set a server up that takes everything."""
    with stage(tmp_path) as made:
        yield made


def test_a_released_mail_goes_out_by_mx(far: Stage) -> None:
    """One `Received` line and the message; the trace has the route, the DNS, the dialogue and the verdict."""
    with far.running():
        id = far.send()
        status, job = far.release(id)
        assert status == 201
        job = far.until(job["id"], "sent")
        (mail,) = far.mta.mails
        assert mail.raw.endswith(MAIL)
        assert mail.raw.removesuffix(MAIL).startswith(b"Received: ")
        assert mail.raw.count(b"Received:") == 1
        assert (mail.mail_from, mail.recipients) == ("app@home.test", (ANN,))
        attempt = far.get(f"/v1/relay/jobs/{job['id']}/attempts/1")
        kinds = {event["kind"] for event in attempt["events"]}
        assert {"route.decision", "dns.query", "dns.answer", "mx.order", "tcp.open", "smtp.c", "smtp.s", "smtp.body",
                "rcpt.result", "verdict"} <= kinds  # fmt: skip
        status, text = far.ask("GET", f"/v1/relay/jobs/{job['id']}/attempts/1", Accept="text/plain")
        assert (status, "-> MAIL FROM:<app@home.test>" in text) == (200, True)
        path = far.get(f"/v1/messages/{id}/path")
        assert [(each["address"], each["state"]) for each in path["recipients"]] == [(ANN, "sent")]
        assert "relay attempt" in far.sink.log


def test_somebody_else_gets_it_with_resent_fields(far: Stage) -> None:
    """A release to who was no recipient says so, before the message as it was."""
    with far.running():
        job = far.release(far.send(), BOB)[1]
        far.until(job["id"], "sent")
        head = far.mta.mails[0].raw.removesuffix(MAIL)
        assert f"Resent-To: {BOB}".encode() in head


def test_auto_mode_sends_what_is_allowed_and_nothing_else(far: Stage) -> None:
    """Of three recipients the two that are allowed get it in one transaction; the third has no job."""
    with far.running(mode="auto"):
        id = far.send(ANN, "eve@other.test", BOB)
        (mail,) = far.mta.await_mails()
        assert sorted(mail.recipients) == [ANN, BOB]
        assert not far.dns.asked("other.test")
        (job,) = far.get("/v1/relay/jobs")["jobs"]
        assert (job["message"], job["source"], job["sender"]) == (id, "auto", "app@home.test")


def test_auto_mode_never_sends_what_came_before(far: Stage) -> None:
    """Mail that came while the relay was off, or by hand only, stays; what comes then goes."""
    database = far.folder / "kept.db"
    with far.running(mode="auto", database=database):
        far.send()
        far.mta.await_mails(1)
    for options in (["--no-relay"], ["--relay-mode", "manual"]):
        with far.running(*options, mode="auto", database=database):
            far.send()
    with far.running(mode="auto", database=database):
        far.send(raw=MAIL.replace(b"Subject: out", b"Subject: new"))
        mails = far.mta.await_mails(2)
    assert [b"Subject: new" in mail.raw for mail in mails] == [False, True]


def test_a_deferral_is_tried_again_by_hand(tmp_path: Path) -> None:
    """450 defers with the time of the next attempt; `retry` does not wait for it."""
    with stage(tmp_path, Script(greylist=1)) as far, far.running():
        job = far.release(far.send())[1]
        deferred = far.until(job["id"], "deferred")["recipients"][0]
        assert (deferred["code"], deferred["attempts"]) == (450, 1)
        assert deferred["next_at"] is not None
        assert far.ask("POST", f"/v1/relay/jobs/{job['id']}/retry", {})[0] == 200
        assert len(far.until(job["id"], "sent")["attempts"]) == 2


def test_hold_cancel_and_requeue(tmp_path: Path) -> None:
    """A deferred mail is held, cancelled and queued anew; what is sent cannot be."""
    with stage(tmp_path, Script(greylist=1)) as far, far.running():
        job = far.release(far.send())[1]["id"]
        far.until(job, "deferred")
        for act, state in (("hold", "held"), ("cancel", "cancelled")):
            status, answer = far.ask("POST", f"/v1/relay/jobs/{job}/{act}", {"to": [ANN]})
            assert (status, answer["recipients"][0]["state"]) == (200, state)
        assert far.ask("POST", f"/v1/relay/jobs/{job}/requeue", {})[0] == 200
        far.until(job, "sent")
        status, problem = far.ask("POST", f"/v1/relay/jobs/{job}/requeue", {})
        assert (status, problem["type"].rpartition("/")[2]) == (409, "relay-refused")


def test_a_failure_is_told_to_the_sender(tmp_path: Path) -> None:
    """550 fails at once; a report comes into the local mailbox, linked to the recipient, and is relayed to nobody."""
    with stage(tmp_path, Script(rcpt={"ann": "550 5.1.1 no such user"})) as far, far.running(mode="auto"):
        far.send()
        jobs = far.follow("/v1/relay/jobs", lambda it: it["jobs"] and it["jobs"][0]["recipients"][0]["bounce"])
        (recipient,) = jobs["jobs"][0]["recipients"]
        assert (recipient["state"], recipient["enhanced"]) == ("failed", "5.1.1")
        report = far.get(f"/v1/messages/{recipient['bounce']}")
        assert (report["mail_from"], report["rcpt_to"]) == ("", ["app@home.test"])
        assert len(far.get("/v1/relay/jobs")["jobs"]) == 1


def test_a_pause_survives_a_restart(far: Stage) -> None:
    """Nothing is sent while paused, by whichever process; then it goes on."""
    database = far.folder / "kept.db"
    with far.running(database=database):
        assert far.ask("PUT", "/v1/relay", {"paused": True})[1]["paused"] is True
        job = far.release(far.send())[1]["id"]
    with far.running(database=database):
        assert far.get("/v1/info")["relay"] == {"enabled": True, "paused": True}
        assert far.states(job) == {ANN: "queued"}
        assert far.mta.talks == []
        far.ask("PUT", "/v1/relay", {"paused": False})
        far.until(job, "sent")


def test_it_stops_cleanly_with_an_attempt_under_way(tmp_path: Path) -> None:
    """A server that says nothing holds the end up for less than five seconds; the next start goes on with it."""
    database = tmp_path / "kept.db"
    with stage(tmp_path, Script(banner="")) as far:
        with far.running(database=database) as sink:
            job = far.release(far.send())[1]["id"]
            far.follow(f"/v1/relay/jobs/{job}", lambda it: it["recipients"][0]["state"] == "active")
            assert sink.stop(timeout=6) == 0
            assert "Traceback" not in sink.log
        far.mta.script = Script()
        with far.running(database=database):
            assert far.until(job, "sent")["recipients"][0]["uncertain"] is False


def test_deleting_a_message_takes_it_out_of_the_queue(tmp_path: Path) -> None:
    """Its job goes with it, and no packet follows."""
    with stage(tmp_path, Script(greylist=1)) as far, far.running():
        id = far.send()
        job = far.release(id)[1]["id"]
        far.until(job, "deferred")
        talks = len(far.mta.talks)
        far.ask("DELETE", f"/v1/messages?id={id}")
        assert far.ask("GET", f"/v1/relay/jobs/{job}")[0] == 404
        other = far.release(far.send(BOB), BOB)[1]["id"]
        far.until(other, "deferred")
        assert len(far.mta.talks) == talks + 1


def test_route_and_probe(far: Stage) -> None:
    """The route is the rule and the DNS; the probe goes as far as RCPT, and both send nothing."""
    with far.running():
        assert "port 25" in far.get("/v1/relay")["notice"]
        status, route = far.ask("POST", "/v1/relay/route", {"address": ANN})
        assert (status, route["decision"]["way"], route["hosts"][0]["name"]) == (200, "relay", f"mx.{DOMAIN}")
        assert far.mta.talks == []
        status, probe = far.ask("POST", "/v1/relay/probe", {"address": ANN})
        assert (status, "would take mail" in probe["verdict"]) == (200, True)
        assert far.mta.mails == []
