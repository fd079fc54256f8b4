"""The examples of the pages on testing mail are run: as a reader would, each in a directory of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mailcatch.testing import MailCatch
from tests.support.needs import program

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("testing-mail.md", "nothing-arrives.md")
IN_BROWSER = "test_signup.py"
"""Run by tests/e2e/test_signup.py, which has the application and the browser for it."""


def blocks(page: str, language: str) -> list[str]:
    """Give a page's code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", DOCS.joinpath(page).read_text("utf-8"), re.MULTILINE | re.DOTALL)


def all_blocks(language: str) -> list[object]:
    """Give those of each page, named by page and number."""
    return [
        pytest.param(block, id=f"{page}-{number}")
        for page in PAGES
        for number, block in enumerate(blocks(page, language))
    ]


def python_examples() -> dict[str, str]:
    """Give the Python examples by the file name in their first line."""
    return {block.partition("\n")[0].removeprefix("# "): block for page in PAGES for block in blocks(page, "python")}


def environment(**more: str) -> dict[str, str]:
    """Give an environment without our own settings, in which `mailcatch` and this Python are found."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILCATCH_", "PYTEST_"))}
    return {**kept, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", **more}


def run(command: list[str], folder: Path, **more: str) -> None:
    """Run a command to its end, which must be a good one."""
    done = subprocess.run(
        command, cwd=folder, env=environment(**more), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tests_pass(tmp_path: Path) -> None:
    """All pytest examples at once, by one pytest, as they are."""
    examples = {
        name: text for name, text in python_examples().items() if name.startswith("test_") and name != IN_BROWSER
    }
    assert len(examples) == 4
    for name, text in examples.items():
        (tmp_path / name).write_text(text)
    run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], tmp_path)


def test_the_program_runs(tmp_path: Path) -> None:
    """The example without pytest."""
    (tmp_path / "example.py").write_text(python_examples()["without_pytest.py"])
    run([sys.executable, "example.py"], tmp_path)


@pytest.fixture(scope="module")
def sink() -> Iterator[MailCatch]:
    """Start a server that the examples may ask."""
    with MailCatch(smtp_port=0) as server:
        yield server


@pytest.mark.parametrize("block", all_blocks("sh"))
def test_the_shell_commands_work(block: str, tmp_path: Path, sink: MailCatch) -> None:
    """Each line; the first that fails ends it."""
    program("curl")
    places = {"MAILCATCH_URL": sink.url, "SMTP_HOST": sink.smtp_host, "SMTP_PORT": str(sink.smtp_port)}
    run(["bash", "-euo", "pipefail", "-c", block], tmp_path, **places)


@pytest.mark.parametrize("block", all_blocks("yaml"))
def test_the_yaml_is_yaml(block: str) -> None:
    """Each is one mapping, as Actions, GitLab and Compose want it."""
    value = yaml.safe_load(block)
    assert isinstance(value, dict)
