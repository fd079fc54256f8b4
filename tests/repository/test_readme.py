"""What the README says is what is there: its commands, its snippets, its links, its picture."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT.joinpath("README.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("mailcatch/**/*.md")])

START = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/mailcatch"
TEST = ".venv/bin/pip install '.[test]' && .venv/bin/pytest"


def blocks(language: str) -> list[str]:
    """Give the README's code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("command", [START, TEST])
def test_the_commands_are_the_ones_that_ci_runs(command: str) -> None:
    """CI types what a reader types, character by character."""
    assert f"{command}\n" in blocks("sh")
    assert command in ROOT.joinpath(".ci", "run").read_text("utf-8")


def test_the_python_snippets_are_python() -> None:
    """Each can be pasted: it compiles."""
    for block in blocks("python"):
        ast.parse(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_the_pages_lead_somewhere(page: Path) -> None:
    """A relative link or picture names a file of the repository."""
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_picture_is_small() -> None:
    """The picture is a PNG of at most 200 KB, so that a clone stays quick."""
    picture = (ROOT / "docs" / "inbox.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n")
    assert len(picture) <= 200_000


def test_the_python_it_asks_for_is_the_one_that_is_required() -> None:
    """README and pyproject.toml name the same oldest Python."""
    with ROOT.joinpath("pyproject.toml").open("rb") as file:
        required = tomllib.load(file)["project"]["requires-python"]
    assert f"Python {required.removeprefix('>=')} or newer" in README


def test_the_compose_block_fits_the_image() -> None:
    """Ports, volume and health check of the block are those of the Dockerfile."""
    dockerfile = ROOT.joinpath("Dockerfile").read_text("utf-8")
    (compose,) = blocks("yaml")
    assert re.findall(r"127\.0\.0\.1:(\d+):\1\b", compose) == ["8025", "1025"]
    assert "EXPOSE 1025 8025 1110 1143 1587 1465 1993 1995" in dockerfile
    assert "mail:/data" in compose
    assert "VOLUME /data" in dockerfile
    assert 'CMD ["mailcatch", "ready"]' in dockerfile
    assert 'test: ["CMD", "mailcatch", "ready"]' in compose
