"""`mailcatch wait`: what it asks for, prints and says, and its exit codes."""

import json
from collections.abc import Callable

import pytest

from tests.support.scripted import codes, message, problem, scripted
from tests.unit.cli.conftest import Command

BOB = ("wait", "--to", "bob@x.test")
EXPLAINED = problem("not-matched", explanation={"text": "No mail matched in 1.0 s\n  to = 'bob@x.test'"}, cursor="a.1")


def found(**more: object) -> tuple[int, dict[str, object]]:
    return 200, {"messages": [message(**more)], "cursor": "a.1", "gap": False}


def test_a_line_for_each_mail(command: Command):
    """As `ls` prints it in a pipe; nothing on stderr."""
    with scripted(found()) as script:
        result = command(*BOB, "--url", script.url)
        assert (result.code, result.err) == (0, "")
        assert result.out.split("\t")[0] == "01M858KNCQCT2758HRKTF40EDM"
        body = script.asked[0][1]
        assert body == {"query": 'to:"bob@x.test"', "count": {"min": 1}, "within": 10.0}


@pytest.mark.parametrize(
    ("options", "count", "within"),
    [
        (["--count", "3"], {"min": 3}, 10),
        (["--exactly", "0", "--timeout", "300ms"], {"exactly": 0}, 0.3),
        (["--exactly", "2", "--settle", "0.2", "--timeout", "1m"], {"exactly": 2, "settle": 0.2}, 60),
        (["--timeout", "0"], {"min": 1}, 0),
    ],
)
def test_count_and_window(command: Command, options: list[str], count: object, within: float):
    """As the API has them."""
    with scripted(found()) as script:
        assert command(*BOB, *options, "--url", script.url).code == 0
        body = script.asked[0][1]
        assert (body["count"], body["within"]) == (count, within)


@pytest.mark.parametrize(
    "options",
    [["--count", "1", "--exactly", "1"], ["--settle", "1s"], ["--count", "0"], ["--timeout", "soon"], ["--print", "x"]],
)
def test_what_contradicts_itself(command: Command, options: list[str]):
    """Exit 2, before anyone is asked."""
    assert command(*BOB, *options, "--url", "http://127.0.0.1:9").code == 2


def test_why_not_is_told(command: Command):
    """Exit 1; the explanation on stderr with its lines, nothing on stdout."""
    with scripted(EXPLAINED) as script:
        result = command(*BOB, "--url", script.url)
        assert (result.code, result.out) == (1, "")
        assert result.err == "No mail matched in 1.0 s\n  to = 'bob@x.test'\n"
        result = command(*BOB, "--json", "--url", script.url)
        assert result.code == 1
        assert json.loads(result.out)["explanation"]["text"].startswith("No mail")


def test_on_github_it_is_an_annotation(command: Command, monkeypatch: pytest.MonkeyPatch):
    """One line with the whole explanation; so is a server that is not there."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with scripted(EXPLAINED) as script:
        result = command(*BOB, "--url", script.url)
        assert result.err == "::error title=Mail not found::No mail matched in 1.0 s%0A  to = 'bob@x.test'\n"
    result = command(*BOB, "--url", "http://127.0.0.1:9")
    assert result.code == 3
    assert result.err.startswith("::error title=Mail not found::no mailcatch answers at http:")


def test_several_where_one_was_meant(command: Command):
    """Exit 5, for mails and for what is printed of one."""
    with scripted(problem("ambiguous", explanation={"text": "2 match"})) as script:
        assert command(*BOB, "--strict", "--url", script.url).code == 5
    with scripted(found(codes=codes(c111111=0.9, c222222=0.8))) as script:
        result = command(*BOB, "--strict", "--print", "code", "--url", script.url)
        assert (result.code, result.out) == (5, "")
        assert command(*BOB, "--print", "code", "--url", script.url).out == "111111\n"


@pytest.mark.parametrize(
    ("what", "out"), [("id", "01M858KNCQCT2758HRKTF40EDM\n"), ("text", "Hi Bob.\n"), ("html", "<p>Hi\n")]
)
def test_print(command: Command, what: str, out: str):
    """Just that, so that a shell can take it."""
    with scripted(found(html="<p>Hi")) as script:
        assert command(*BOB, "--print", what, "--url", script.url).out == out


def test_what_is_not_in_the_mail(command: Command):
    """Exit 1, and stdout stays empty."""
    with scripted(found()) as script:
        for what in ("code", "link", "html"):
            result = command(*BOB, "--print", what, "--url", script.url)
            assert (result.code, result.out) == (1, ""), what


def test_print_raw_is_the_exact_bytes(command: Command):
    """Fetched from the message itself."""
    with scripted(found(), (200, b"Subject: x\r\n\r\n\xff")) as script:
        command(*BOB, "--print", "id", "--url", script.url)
        assert [path for path, _ in script.asked] == ["/v1/wait"]
    with scripted(found(), (200, b"Subject: x\r\n\r\ny")) as script:
        assert command(*BOB, "--print", "raw", "--url", script.url).out == "Subject: x\r\n\r\ny"
        assert script.asked[1][0] == "/v1/messages/01M858KNCQCT2758HRKTF40EDM/raw"


def test_a_real_server(command: Command, url: str, deliver: Callable[..., str], waits: None):
    """What was answered with 250 is found at once; what was not is explained."""
    id = deliver()
    assert command(*BOB, "--timeout", "0", "--print", "id").out == f"{id}\n"
    assert command(*BOB, "--timeout", "0", "--print", "raw").out.startswith("From: App")
    since = command("cursor").out.strip()
    result = command(*BOB, "--timeout", "0", "--since", since)
    assert result.code == 1
    assert "bob@x.test" in result.err
    deliver()
    assert command(*BOB, "--timeout", "0", "--strict").code == 5
    assert command(*BOB, "--timeout", "0", "--count", "2").out.count("\n") == 2
    assert command(*BOB, "--timeout", "0.1", "--exactly", "1").code == 1
    assert command("wait", "sbject:x").code == 2
