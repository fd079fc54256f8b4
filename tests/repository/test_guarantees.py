"""docs/guarantees.md names a test for each line, and the test is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT.joinpath("docs", "guarantees.md").read_text("utf-8")
GUARANTEES = dict(re.findall(r"^\*\*(G\d+)\*\* (.*?)(?=^\*\*G|^#|\Z)", PAGE, re.MULTILINE | re.DOTALL))
LATER: set[str] = set()
"""Said for what is not there yet; the page says so too."""


def test_every_guarantee_is_on_the_page() -> None:
    """G1 to G18, none left out."""
    assert list(GUARANTEES) == [f"G{number}" for number in range(1, 19)]


@pytest.mark.parametrize("name", [f"G{number}" for number in range(1, 19)])
def test_each_names_tests_that_exist(name: str) -> None:
    """Each line names one test or more, as `tests/…/test_x.py::test_y`."""
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", GUARANTEES[name])
    assert named or name in LATER
    assert [f"{path}::{test}" for path, test in named if test not in functions(ROOT / path)] == []


def functions(path: Path) -> set[str]:
    """Give the names of the functions that a file defines, in classes too."""
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
