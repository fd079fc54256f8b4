"""What a test asks of the sink, over the real server."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest

from mailcatch.testing import Expectation, MailCatch, MailNotFound
from tests.support.scripted import message, problem, scripted
from tests.unit.testing.conftest import Send


def test_only_the_standard_library_is_loaded() -> None:
    """An application's tests get none of the server's dependencies by importing the client."""
    code = "import sys, json; b = set(sys.modules); import mailcatch.testing; print(json.dumps(sorted(set(sys.modules) - b)))"
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", code]))
    others = [name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names]
    assert [name for name in others if name != "mailcatch" and not name.startswith("mailcatch.testing")] == []


def test_mail_expected_of_a_block_is_there_after_it(sink: MailCatch, send: Send) -> None:
    """Older mail is not meant; within the block it is too early to look."""
    send("Confirm", body="old")
    with sink.expect(to="bob@x.test", subject="Confirm") as mail:
        with pytest.raises(RuntimeError, match="at the end of the with block"):
            _ = mail.subject
        send("Confirm", body="new")
    assert mail.text.strip() == "new"


def test_mail_that_comes_later_is_waited_for(sink: MailCatch, send: Send) -> None:
    """The application may send from another thread."""
    thread = threading.Thread(target=send, args=("Later",))
    with sink.expect(subject="Later") as mail:
        thread.start()
    thread.join()
    assert mail.subject == "Later"


def test_an_error_of_the_block_goes_on_as_it_is(sink: MailCatch) -> None:
    """Nobody waits for mail of a step that failed."""
    with pytest.raises(ZeroDivisionError), sink.expect(subject="x", timeout=3600):
        _ = 1 / 0


def test_a_typo_is_told_before_the_block() -> None:
    """The suggestion does not wait for a timeout."""
    sink = MailCatch("http://127.0.0.1:1")
    with pytest.raises(TypeError, match="did you mean subject="), sink.expect(subjct="x"):
        pytest.fail("the block ran")


def test_the_newest_is_waited_for(sink: MailCatch, send: Send) -> None:
    """Never the code before the last."""
    send("Code", body="first")
    send("Code", body="second")
    assert sink.wait_for(subject="Code").text.strip() == "second"


def test_what_was_before_the_test_is_not_seen(server: MailCatch, send: Send) -> None:
    """Queries begin at the test's start, and the explanation says so."""
    send("Earlier")
    with server.isolated() as sink:
        assert sink.messages() == ()
        with pytest.raises(MailNotFound) as caught:
            sink.wait_for(subject="Earlier", timeout=0)
    assert [leaf.field for leaf in caught.value.explanation.nearest[0].failing] == ["since"]


def test_a_near_miss_is_explained_as_data(sink: MailCatch, send: Send) -> None:
    """A typo in the subject is the failing leaf of the nearest mail."""
    send("Reset your pasword")
    with pytest.raises(MailNotFound, match="pasword") as caught:
        sink.wait_for(subject="Reset your password", timeout=0)
    mail = sink.messages()[0]
    nearest = caught.value.explanation.nearest[0]
    assert (nearest.id, [leaf.field for leaf in nearest.failing]) == (mail.id, ["subject"])
    assert sink.explain(subject="Reset your password").nearest[0].id == mail.id


def test_all_are_given_in_the_order_asked_for(sink: MailCatch, send: Send) -> None:
    """They are judged together; one that is missing is named."""
    send("To Bob")
    send("To Eve", to="eve@x.test")
    wanted = (Expectation("eve", {"to": "eve@x.test"}), Expectation("bob", {"to": "bob@x.test"}))
    assert [each.subject for each in sink.wait_for_all(*wanted)] == ["To Eve", "To Bob"]
    with pytest.raises(MailNotFound, match="nobody: No mail"):
        sink.wait_for_all(*wanted, Expectation("nobody", {"to": "nobody@x.test"}), timeout=0)


def test_none_is_asserted_without_a_wait(sink: MailCatch, send: Send) -> None:
    """What was acknowledged is seen; a sentinel ends a wait early."""
    sink.assert_none(to="eve@x.test")
    send("Last")
    sink.assert_none(to="eve@x.test", until={"subject": "Last"}, timeout=60)
    send("Secret", to="eve@x.test")
    with pytest.raises(MailNotFound):
        sink.assert_none(to="eve@x.test")


def test_messages_come_oldest_first_and_can_be_cleared(sink: MailCatch, send: Send) -> None:
    """The list is of this test alone."""
    send("One")
    send("Two", to="eve@x.test")
    assert [each.subject for each in sink.messages()] == ["One", "Two"]
    assert [each.subject for each in sink.messages(to="eve@x.test")] == ["Two"]
    sink.clear()
    assert sink.messages() == ()


def test_sessions_have_their_transcript(sink: MailCatch, send: Send) -> None:
    """Newest first."""
    send("Dialogue")
    session = sink.sessions(limit=1)[0]
    assert session.messages == (sink.messages()[0].id,)
    assert any("rcpt" in line.lower() for line in session.transcript)


def test_addresses_are_unique() -> None:
    """They lie under the catch domain, in the test's inbox where there is one."""
    info = {"smtp": [{"host": "0.0.0.0", "port": 2525}], "catch_domain": "catch.example"}
    with scripted((200, {"name": "t1"}), (200, info)) as server, MailCatch(server.url).isolated("test_a") as sink:
        first, second = sink.address("bob"), sink.address("bob")
        assert (sink.smtp_host, sink.smtp_port) == ("127.0.0.1", 2525)
    assert first != second
    assert first.startswith("bob-")
    assert first.endswith("@t1.catch.example")
    created, (deleted, _) = server.asked[0], server.asked[-1]
    assert (created[0], created[1]["label"], created[1]["ttl"]) == ("/v1/inboxes", "test_a", "1h")
    assert deleted == "/v1/inboxes/t1"


def test_a_shared_server_is_asked_about_the_inbox_alone() -> None:
    """Every question names it."""
    answers = [(200, {"name": "t1"}), (200, {"messages": [message()]})]
    with scripted(*answers) as server, MailCatch(server.url) as shared, shared.isolated() as sink:
        sink.wait_for(subject="Hello")
    asked = server.asked[1][1]
    assert (asked["inbox"], asked["pick"], "since" in asked) == ("t1", "newest", False)


def test_a_long_wait_goes_on_in_pieces() -> None:
    """The server waits a minute at most; what is refused before that is final."""
    with scripted(problem("not-matched")) as server, pytest.raises(MailNotFound, match="It is not-matched"):
        MailCatch(server.url).wait_for(subject="x", timeout=3600)
    assert [body["within"] for _, body in server.asked] == [60.0]


def test_a_server_and_a_port_contradict_each_other() -> None:
    """One is to be used, the other started."""
    with pytest.raises(TypeError, match="give one of them"):
        MailCatch("http://localhost:1", smtp_port=0)


def test_the_variable_names_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """MAILCATCH_URL, unless a private one is asked for."""
    monkeypatch.setenv("MAILCATCH_URL", "http://u:p@sink.example:8025/mail/")
    with MailCatch() as shared:
        assert (shared.is_shared, shared.url) == (True, "http://sink.example:8025/mail")
