"""What pyproject.toml asks for is what the code imports: nothing is missing, nothing is installed in vain."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
DISTRIBUTIONS = {
    "dns": "dnspython",
    "flask_mail": "flask-mail",
    "flask_sock": "flask-sock",
    "re2": "google-re2",
    "yaml": "pyyaml",
}
"""Where a package's name is not the name of its import."""

BEHIND = {"simple-websocket"}
"""Used through another package, and asked for because its own options and manners are relied on."""

BROUGHT = {"werkzeug", "referencing"}
"""Imports that come as a part of another package: of Flask, and of jsonschema."""

HOSTS = {"pytest"}
"""Imported by what they load themselves: the plugin is only ever run by pytest."""

TOOLS = {"django", "fastapi", "hatchling", "httpx", "import-linter", "mypy", "pyright", "pytest-xdist", "ruff"}
"""Not imported by name: programs, what the examples of the docs and the Django app use, what the build's hook is for."""

APART = {"schemathesis"}
"""Imported by what runs in an environment of its own: tests/schema."""

ONLY_TYPES = {"_typeshed"}
"""Known to type checkers, never imported."""

with ROOT.joinpath("pyproject.toml").open("rb") as file:
    PROJECT = tomllib.load(file)["project"]


def imported(folder: str) -> set[str]:
    """Give the packages of others that a folder's modules import, wherever in the module."""
    names: set[str] = set()
    for path in ROOT.joinpath(folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
    others = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"mailcatch", "tests"}
    return {DISTRIBUTIONS.get(name, name) for name in others - BROUGHT - APART - ONLY_TYPES}


def asked_for(requirements: list[str]) -> set[str]:
    """Give the names of some requirements."""
    return {re.split(r"[^\w.-]", requirement)[0].lower() for requirement in requirements}


def test_the_program_asks_for_what_it_imports() -> None:
    """Each dependency is imported, and each import is a dependency."""
    assert asked_for(PROJECT["dependencies"]) == (imported("mailcatch") - HOSTS) | BEHIND


def test_the_tests_ask_for_what_they_import() -> None:
    """The extra `test` holds what the tests import beyond the program's own dependencies, and the tools."""
    extra = asked_for(PROJECT["optional-dependencies"]["test"])
    assert extra == (imported("tests") | TOOLS) - asked_for(PROJECT["dependencies"])
