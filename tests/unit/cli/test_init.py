"""The command as a whole: its exit codes, and one line for whatever goes wrong."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailcatch import __version__
from tests.unit.cli.conftest import Command


def test_version(command: Command):
    """The name and the version."""
    assert command("--version").out == f"mailcatch {__version__}\n"


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help(command: Command, flag: str):
    """Both spellings, of the group and of each command."""
    assert "Commands:" in command(flag).out
    assert "--max-messages" in command("serve", flag).out
    assert "--query" in command("rm", flag).out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["lst"], "there is no command 'lst'; did you mean ls?"),
        (["exprt"], "did you mean export?"),
        (["--max-mesages", "5"], "there is no option --max-mesages; did you mean --max-messages?"),
        (["serve", "--smpt", "5"], "did you mean --smtp?"),
        (["config", "--max-age", "3x"], "--max-age: '3x' is not possible: give a duration"),
        (["config", "--smtp", "off", "--smtp", "5"], "--smtp: off goes alone"),
        (["--smtp", "off", "--http", "off", "--pop3", "off", "--imap", "off"], "there is nothing to serve"),
        (["show"], "Missing argument 'ID'"),
        (["ls", "--limit", "0"], "--limit: 0 is not in the range 1<=x<=1000"),
        (["ls", "--url", "localhost:8025"], "--url: 'localhost:8025' is not possible: give http://host:port"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_line_and_exit_2(command: Command, arguments: list[str], expected: str):
    """It names the option or command and what would be right; never a stack trace (G18)."""
    result = command(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("mailcatch: ")
    assert expected in result.err
    assert result.err.count("\n") == 1


def test_a_mistake_from_the_environment_names_the_variable(command: Command, monkeypatch: pytest.MonkeyPatch):
    """Whoever never typed the option learns where it came from."""
    monkeypatch.setenv("MAILCATCH_SMTP", "1025 99999")
    result = command("config")
    assert result.code == 2
    assert "--smtp (from MAILCATCH_SMTP): '99999' is not possible" in result.err


HEAVY = ("flask", "aiosmtpd", "cheroot", "sqlite3", "asyncio", "msgspec", "yaml", "cryptography", "smtplib", "imaplib")
"""What a client command must not load: the server's own, and what only some commands need."""


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (["ls"], ()),
        (["cursor"], ()),
        (["wait", "--to", "a@x.test"], ()),
        (["none", "--to", "a@x.test"], ()),
        (["assert", "-f", "expect.json"], ()),
        (["assert", "-f", "expect.yaml"], ("yaml",)),
        (["show", "latest"], ()),
        (["clear", "--yes"], ()),
        (["rm", "--all", "--yes"], ()),
        (["open"], ()),
        (["ready"], ()),
        (["doctor"], ("smtplib", "imaplib")),
        (["run", "true"], ()),
        (["sendmail", "-bp"], ()),
    ],
    ids=lambda value: " ".join(value),
)
def test_client_commands_import_no_server(here: Path, words: list[str], needed: tuple[str, ...]):
    """They start quickly: neither the server's packages nor each other's are loaded."""
    (here / "expect.json").write_text('[{"name": "a", "query": "b"}]')
    (here / "expect.yaml").write_text("- {name: a, query: b}")
    program = (
        f"import sys; from mailcatch.cli import run; run({words!r}); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    environment = {**os.environ, "MAILCATCH_URL": "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    loaded = set(ast.literal_eval(done.stderr.splitlines()[-1]))
    assert loaded <= set(needed)


def test_a_reader_that_has_enough_is_no_error():
    """`mailcatch … | head -1` ends quietly."""
    program = f"{sys.executable} -m mailcatch config | head -c 5"
    result = subprocess.run(["/bin/sh", "-c", program], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("host ", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_an_output_that_takes_nothing_does_not_change_the_exit_code():
    """What could not be said is dropped, not tried again at the end."""
    script = "import sys; from mailcatch.cli import _let_go; sys.stdout.write('x'); _let_go(); sys.exit(7)"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("w") as full:
        assert subprocess.run([sys.executable, "-c", script], stdout=full, env=environment).returncode == 7
