"""`mailcatch assert`: a file of expectations."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.scripted import problem, scripted
from tests.unit.cli.conftest import Command

YAML = """\
- name: confirmation
  query: {to: bob@x.test, subject: {contains: Hello}}
  within: 0
- name: nothing for eve
  query: {to: eve@x.test, after: 2026-11-01}
  count: none
  within: 50ms
"""
EXPECTATIONS = [
    {"name": "confirmation", "query": {"to": "bob@x.test", "subject": {"contains": "Hello"}}, "within": 0},
    {
        "name": "nothing for eve",
        "query": {"to": "eve@x.test", "after": "2026-11-01"},
        "count": "none",
        "within": "50ms",
    },
]


def results(*passed: bool) -> dict[str, object]:
    explanation = {"text": "No mail matched"}
    return {
        "passed": all(passed),
        "results": [
            {"name": each["name"], "passed": ok, "messages": [], "explanation": None if ok else explanation}
            for each, ok in zip(EXPECTATIONS, passed, strict=True)
        ],
        "cursor": "a.1",
    }


@pytest.mark.parametrize("text", [YAML, json.dumps(EXPECTATIONS), json.dumps({"expectations": EXPECTATIONS})])
def test_yaml_and_json(command: Command, here: Path, text: str):
    """One and the same request; days stay text."""
    (here / "expect.yaml").write_text(text)
    with scripted((200, results(True, True))) as script:
        result = command("assert", "-f", "expect.yaml", "--url", script.url)
        assert (result.code, result.out) == (0, "ok\tconfirmation\nok\tnothing for eve\n")
        assert script.asked == [("/v1/assert", {"expectations": EXPECTATIONS})]
        assert command("assert", "-f", "-", "--url", script.url, stdin=text.encode()).code == 0


def test_each_failure_is_told(command: Command, here: Path, monkeypatch: pytest.MonkeyPatch):
    """With its name; on GitHub as an annotation of the file."""
    (here / "expect.yaml").write_text(YAML)
    with scripted(problem("not-matched", **results(True, False))) as script:
        result = command("assert", "-f", "expect.yaml", "--url", script.url)
        assert (result.code, result.out) == (1, "ok\tconfirmation\nFAILED\tnothing for eve\n")
        assert result.err == "nothing for eve: No mail matched\n"
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        result = command("assert", "-f", "expect.yaml", "--json", "--url", script.url)
        title = "title=Mail expectation failed%3A nothing for eve,file=expect.yaml"
        assert result.err == f"::error {title}::nothing for eve: No mail matched\n"
        assert json.loads(result.out)["results"][1]["passed"] is False


@pytest.mark.parametrize("text", ["", "a: [", "just words", "[]", "[1]", "expectations: {}", "\xff", "[" * 100_000])
def test_what_is_no_list_of_expectations(command: Command, here: Path, text: str):
    """Exit 2, one line that names the file; nobody is asked."""
    (here / "expect.yaml").write_bytes(text.encode("latin-1"))
    result = command("assert", "-f", "expect.yaml", "--url", "http://127.0.0.1:9")
    assert result.code == 2
    assert "--file: expect.yaml " in result.err
    assert result.err.count("\n") == 1


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- &a {query: *a}", "JSON cannot say"),
        ("- {query: !!binary aGk=}", "JSON cannot say"),
        ("- {query: !!set {a, b}}", "JSON cannot say"),
        ("- {? [a] : b}", "neither JSON nor YAML"),
        (BOMB + "expectations: [{query: *i}]", "more than 1 MB"),
    ],
    ids=["circle", "bytes", "set", "key", "bomb"],
)
def test_what_yaml_can_say_and_json_cannot(command: Command, here: Path, text: str, said: str):
    """Exit 2 and one line, at once."""
    (here / "expect.yaml").write_text(text)
    result = command("assert", "-f", "expect.yaml", "--url", "http://127.0.0.1:9")
    assert (result.code, said in result.err, result.err.count("\n")) == (2, True, 1), result.err


def test_a_file_that_is_not_there(command: Command):
    """Exit 2."""
    assert "cannot be read" in command("assert", "-f", "none.yaml").err


def test_a_real_server(command: Command, here: Path, url: str, deliver: Callable[..., str], waits: None):
    """Both hold, then one does not."""
    (here / "expect.yaml").write_text(YAML)
    deliver()
    assert command("assert", "-f", "expect.yaml").code == 0
    deliver(to=("eve@x.test",))
    result = command("assert", "-f", "expect.yaml")
    assert (result.code, result.out) == (1, "ok\tconfirmation\nFAILED\tnothing for eve\n")
