"""Habits that a machine can check, where ruff does not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 450
"""Lines at which a module must split."""


def sources(*folders: str) -> Iterator[Path]:
    """Give the Python files of some folders."""
    for folder in folders:
        yield from sorted(ROOT.joinpath(folder).rglob("*.py"))


def test_every_test_says_what_it_proves() -> None:
    """Each test function has a docstring."""
    silent = [
        f"{path.relative_to(ROOT)}::{node.name}"
        for path in sources("tests")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and ast.get_docstring(node) is None
    ]
    assert silent == []


def test_no_module_is_too_long() -> None:
    """A module of more than 450 lines has more than one idea."""
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in sources("mailcatch")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_every_ignored_rule_has_its_reason() -> None:
    """Each `ignore` of ruff stands on a line of its own with a comment."""
    text = ROOT.joinpath("pyproject.toml").read_text("utf-8")
    (block,) = re.findall(r"^ignore = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert [line for line in block.splitlines() if "#" not in line] == []
