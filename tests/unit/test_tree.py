"""The tree of tests/unit mirrors mailcatch/ file by file, so that a module's tests are where one looks for them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE, TESTS = ROOT / "mailcatch", ROOT / "tests" / "unit"

ELSEWHERE = {
    "__main__.py": "two lines; tests/e2e starts `python -m mailcatch`",
    "store/api.py": "protocols only; tests/contract runs them against every engine",
    "store/relay_api.py": "protocols and their values; the tests of store/relay_*.py use them all",
    "store/mailbox_api.py": "protocols and their values; tests/contract runs them against a model",
}
"""Modules without a unit test of their own, and who tests them."""

OURS = {Path("test_tree.py")}
"""Tests that mirror no module."""


def defines_something(module: Path) -> bool:
    """Tell whether a module holds more than a docstring, imports and names handed on."""
    tree = ast.parse(module.read_text("utf-8"))
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for node in tree.body)


def mirror(module: Path) -> Path:
    """Name the test file of a module: `store/writer.py` → `store/test_writer.py`, a package's own → `test_init.py`."""
    return module.parent / f"test_{module.stem.strip('_')}.py"


def modules() -> list[Path]:
    """List the modules that need a test file, relative to the package."""
    found = (path.relative_to(CODE) for path in sorted(CODE.rglob("*.py")) if "static" not in path.parts)
    return [path for path in found if path.name != "__init__.py" or defines_something(CODE / path)]


@pytest.mark.parametrize("module", modules(), ids=str)
def test_every_module_has_its_test_file(module: Path) -> None:
    """A module is tested in the same folder under tests/unit, or said to be tested elsewhere."""
    if module.as_posix() in ELSEWHERE:
        assert not (TESTS / mirror(module)).exists(), "it has a test file now: take it off the list"
        return
    assert (TESTS / mirror(module)).is_file(), f"tests/unit/{mirror(module).as_posix()} is missing"


def test_no_test_file_is_an_orphan() -> None:
    """Each test file's module exists: a renamed or deleted module takes its tests along."""
    expected = {mirror(path.relative_to(CODE)) for path in CODE.rglob("*.py")}
    found = {path.relative_to(TESTS) for path in TESTS.rglob("test_*.py")} - OURS
    assert sorted(found - expected) == []


def test_the_list_of_exceptions_names_real_modules() -> None:
    """An exception for a module that is gone is taken off the list."""
    assert [name for name in ELSEWHERE if not (CODE / name).is_file()] == []
