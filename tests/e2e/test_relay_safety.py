"""What keeps mail here: each rule of docs/relay.md, tried on the real process.

`python -m tests.mutants` removes each in turn, and the tests that carry its number must fail then.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.lab.mta import Script
from tests.support.relaying import ANN, DOMAIN, MAIL, MX, Stage, stage
from tests.support.sink import Sink

EVE = "eve@other.test"


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Stage]:
    """Set a server up that takes everything."""
    with stage(tmp_path) as made:
        yield made


def settled(far: Stage) -> None:
    """Let a mail that is allowed go out: what was before it in the queue would have gone before it."""
    far.send(raw=MAIL.replace(b"Subject: out", b"Subject: last"))
    far.mta.await_mails()


# 1: off


@pytest.mark.parametrize(
    ("options", "env"),
    [(["--no-relay"], {}), ([], {"MAILCATCH_RELAY": "off"})],
    ids=["the option", "the variable"],
)
def test_off_nothing_leaves(far: Stage, options: list[str], env: dict[str, str]) -> None:
    """Rule 1: switched off, whatever the file says: no connection, no question to the DNS, and releases are refused."""
    with far.running(*options, env=env, mode="auto"):
        status, problem = far.release(far.send())
        assert (status, "relay.enabled is off" in problem["detail"]) == (409, True)
        assert far.ask("POST", "/v1/relay/probe", {"address": ANN})[0] == 409
        assert far.ask("POST", "/v1/relay/route", {"address": ANN})[1]["problem"] == "relay.enabled is off"
    assert (far.dns.queries, far.mta.talks) == ([], [])


def test_a_file_that_merely_lies_there_sets_nothing(far: Stage, tmp_path: Path) -> None:
    """Rule 1: `mailcatch.toml` of the working directory, as it comes with a clone, switches no relay on."""
    far.settings(mode="auto").rename(tmp_path / "mailcatch.toml")
    with _started_in(tmp_path) as sink:
        far.sink = sink
        far.send()
        assert far.get("/v1/relay")["enabled"] is False
        assert "may not set it" in sink.log
    assert (far.dns.queries, far.mta.talks) == ([], [])


def test_a_pause_beats_all(far: Stage) -> None:
    """Rule 1: while paused nothing is sent, and nobody is asked."""
    with far.running(mode="auto"):
        far.ask("PUT", "/v1/relay", {"paused": True})
        far.send()
        far.follow("/v1/relay", lambda it: sum(it["counts"].values()) == 1)
        assert far.ask("POST", "/v1/relay/probe", {"address": ANN})[0] == 409
        assert (far.dns.queries, far.mta.talks) == ([], [])


# 2: the allow-list


def test_only_who_is_allowed_gets_mail(far: Stage) -> None:
    """Rule 2: by itself nothing goes to others, by hand it is refused with the rule."""
    far.dns.add(f"@ MX 10 mx\nmx A {MX}", "other.test")
    with far.running(mode="auto"):
        id = far.send(EVE)
        status, problem = far.release(id, EVE)
        assert (status, "no rule of relay.allow matches" in problem["detail"]) == (409, True)
        settled(far)
    assert [mail.recipients for mail in far.mta.mails] == [(ANN,)]
    assert far.dns.asked("other.test") == []


def test_deny_beats_allow(far: Stage) -> None:
    """Rule 2: who is denied gets nothing, though the domain is allowed."""
    with far.running(deny=[ANN]):
        status, problem = far.release(far.send())
        assert (status, f"relay.deny {ANN}" in problem["detail"]) == (409, True)
    assert (far.dns.queries, far.mta.talks) == ([], [])


def test_the_final_recipient_counts(far: Stage) -> None:
    """Rule 2: after a rewrite it is the new address that must be allowed."""
    with far.running(redirect_to="dev@rewritten.test"):
        assert far.release(far.send())[0] == 409
    assert (far.dns.queries, far.mta.talks) == ([], [])


def test_rules_are_asked_again_before_each_attempt(far: Stage) -> None:
    """Rule 2: what was queued when it was allowed is blocked when it is not any more."""
    database = far.folder / "kept.db"
    with far.running(database=database):
        far.ask("PUT", "/v1/relay", {"paused": True})
        job = far.release(far.send())[1]["id"]
    with far.running(database=database, allow=["@elsewhere.test"]):
        far.ask("PUT", "/v1/relay", {"paused": False})
        assert far.until(job, "blocked")["recipients"][0]["enhanced"] == "5.7.1"
    assert (far.dns.queries, far.mta.talks) == ([], [])


def test_local_domains_are_never_relayed(far: Stage) -> None:
    """Rule 2: allowed or not, what is ours stays."""
    with far.running("--local-domain", DOMAIN):
        assert far.release(far.send())[0] == 409
    assert (far.dns.queries, far.mta.talks) == ([], [])


# 3: the guard


def test_what_dns_says_is_looked_at_before_it_is_dialled(far: Stage) -> None:
    """Rule 3: loopback, private and link-local addresses are not connected to; the reason is said."""
    far.dns.forget(DOMAIN)
    far.dns.add(f"@ MX 10 a\n@ MX 20 b\n@ MX 30 c\na A {MX}\nb A 10.0.0.1\nc A 169.254.169.254", DOMAIN)
    with far.running(allow_networks=["192.0.2.0/24"]):
        job = far.release(far.send())[1]["id"]
        (recipient,) = far.until(job, "failed")["recipients"]
        assert recipient["enhanced"] == "5.7.1"
        events = far.get(f"/v1/relay/jobs/{job}/attempts/1")["events"]
        assert [each["data"]["why"] for each in events if each["kind"] == "guard.blocked"] == [
            "loopback", "private", "link-local"
        ]  # fmt: skip
    assert far.mta.talks == []


def test_we_are_never_our_own_next_server(far: Stage) -> None:
    """Rule 3: our own listener is not connected to, though its network is allowed."""
    with closing(socket.create_server(("127.0.0.3", 0))) as free:
        port = free.getsockname()[1]
    far.dns.forget(DOMAIN)
    far.dns.add("@ MX 10 mx\nmx A 127.0.0.3", DOMAIN)
    with far.running("--smtp", f"127.0.0.3:{port}", mx_port=port):
        job = far.release(far.send())[1]["id"]
        assert far.until(job, "failed")["recipients"][0]["enhanced"] in {"5.4.6", "5.7.1"}
        assert len(far.get("/v1/sessions")["sessions"]) == 1  # the one that brought the mail


# 4: the port


def test_another_port_only_within_networks_that_are_allowed(far: Stage) -> None:
    """Rule 4: elsewhere it is 25, whatever the file says; the route tells the port of each address."""
    far.dns.add("@ MX 10 mx\nmx A 192.0.2.9", "outside.test")
    with far.running(allow=["*.test"]):
        ports = [
            far.ask("POST", "/v1/relay/route", {"address": f"ann@{domain}"})[1]["hosts"][0]["addresses"][0]["port"]
            for domain in (DOMAIN, "outside.test")
        ]
        assert ports == [far.mta.address[1], 25]


def test_no_request_names_a_host_or_a_port(far: Stage) -> None:
    """Rule 4: unknown members are refused, on the command line there is no such option."""
    with far.running():
        id = far.send()
        for path, body in (
            (f"/v1/messages/{id}/release", {"to": [ANN], "port": 2525}),
            ("/v1/relay/probe", {"address": ANN, "host": "127.0.0.1"}),
            ("/v1/relay/route", {"address": ANN, "port": 1}),
            ("/v1/relay", {"paused": False, "mx_port": 1}),
        ):
            assert far.ask("PUT" if path == "/v1/relay" else "POST", path, body)[0] == 422
    with pytest.raises(RuntimeError, match=r"there is no option --relay-mx-port; did you mean --relay-(?!mx-port)"):
        Sink("--relay-mx-port", "2525").__enter__()


# 5: who, and how much


def test_no_other_site_releases(far: Stage) -> None:
    """Rule 5: a page of elsewhere that the developer has open cannot release, act or resume."""
    with far.running():
        id = far.send()
        for method, path, body in (
            ("POST", f"/v1/messages/{id}/release", {"to": [ANN]}),
            ("PUT", "/v1/relay", {"paused": False}),
        ):
            assert far.ask(method, path, body, Origin="http://evil.test")[0] == 403
        assert far.get("/v1/relay/jobs")["jobs"] == []
    assert far.mta.talks == []


def test_what_is_beyond_a_limit_is_held(far: Stage) -> None:
    """Rule 5: per hour, per day, recipients of one message; by hand a held one does not pass either."""
    with far.running(limits={"per_hour": 1, "rcpts": 2}):
        id = far.send()
        far.until(far.release(id)[1]["id"], "sent")
        held = far.release(id)[1]
        assert held["recipients"][0]["state"] == "held"
        assert "per_hour (1)" in held["recipients"][0]["text"]
        status, problem = far.ask("POST", f"/v1/relay/jobs/{held['id']}/retry", {})
        assert (status, "per_hour" in problem["detail"]) == (409, True)
        status, problem = far.release(id, *[f"to{number}@{DOMAIN}" for number in range(3)])
        assert (status, "relay.limits rcpts is 2" in problem["detail"]) == (409, True)
        assert far.get("/v1/relay")["limits"]["left_hour"] == 0
    assert len(far.mta.mails) == 1
    with far.running(limits={"per_day": 1}):
        assert [far.release(far.send())[1]["recipients"][0]["state"] for _ in range(2)] == ["queued", "held"]


# 6: the password


def test_the_password_is_masked_and_said_over_verified_tls_only(far: Stage) -> None:
    """Rule 6: a smart host without TLS is not told it; no log, no trace and no configuration shows it."""
    secret = "open-sesame-of-ours"
    (far.folder / "password").write_text(secret)
    smarthost = {"host": "127.0.0.2", "port": far.mta.address[1], "user": "me",
                 "password_file": str(far.folder / "password")}  # fmt: skip
    with far.running(via="smarthost", smarthost=smarthost) as sink:
        job = far.release(far.send())[1]["id"]
        far.until(job, "deferred", "failed")
        attempt = far.get(f"/v1/relay/jobs/{job}/attempts/1")
        assert secret not in str(attempt) + sink.log
    assert far.mta.mails == []
    assert not any(line.upper().startswith("AUTH") for talk in far.mta.talks for line in talk.lines)


# 7: the caps


@pytest.mark.parametrize("banner", ["220 " + "x" * 4000, "220-more\r\n" * 300 + "220 done"], ids=["long", "many"])
def test_replies_have_an_end(tmp_path: Path, banner: str) -> None:
    """Rule 7: a line of more than 2 KiB, and more than 200 lines, end the conversation."""
    with stage(tmp_path, Script(banner=banner)) as far, far.running():
        job = far.release(far.send())[1]["id"]
        far.until(job, "deferred", "failed")
        assert not any(talk.said("MAIL") for talk in far.mta.talks)
        assert len(str(far.get(f"/v1/relay/jobs/{job}/attempts/1"))) < 100_000


# 8: the warning


def test_whoever_sends_first_is_told(far: Stage) -> None:
    """Rule 8: until something was sent the state says what stands in the way of mail, and then no more."""
    with far.running():
        notice = far.get("/v1/relay")["notice"]
        assert "port 25" in notice
        assert "SPF" in notice
        far.until(far.release(far.send())[1]["id"], "sent")
        assert far.get("/v1/relay")["notice"] is None


def _started_in(folder: Path) -> Sink:
    """Start mailcatch in a folder."""
    sink = Sink()
    sink._folder.cleanup()
    sink._folder.name = str(folder)
    sink._log_path = folder / "log"
    return sink
