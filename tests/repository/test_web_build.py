"""How the web inbox gets into the package."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def build() -> ModuleType:
    """Load the build hook."""
    pytest.importorskip("hatchling", reason="hatchling comes with the build, not with the package")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "web" / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a checkout in which nothing is built yet."""
    monkeypatch.delenv("MAILCATCH_WEB", raising=False)
    monkeypatch.delenv("MAILCATCH_NODE", raising=False)
    (tmp_path / "web" / "src").mkdir(parents=True)
    (tmp_path / "web" / "src" / "main.tsx").write_text("1")
    return tmp_path


def hook(build: ModuleType, tree: Path) -> Any:
    """Make the hook as hatchling does."""
    return build.WebBuildHook(str(tree), {}, None, None, str(tree), "wheel")


def test_a_checkout_is_built_with_node_from_a_wheel(build: ModuleType, tree: Path) -> None:
    """The build's own environment gets Node: nobody needs it installed."""
    assert hook(build, tree).wanted()
    if build._wheel_exists():
        assert hook(build, tree).dependencies() == [build.NODE_WHEEL]


def test_what_is_built_is_not_built_again(build: ModuleType, tree: Path) -> None:
    """The hook runs for metadata and for the wheel; the second time there is nothing to do, until a source changes."""
    (tree / build.BUILT).mkdir(parents=True)
    (tree / build.BUILT / "index.html").write_text("x")
    stamp = tree / "web" / build.STAMP
    stamp.parent.mkdir()
    stamp.write_text(hook(build, tree)._fingerprint())
    assert not hook(build, tree).wanted()
    (tree / "web" / "src" / "main.tsx").write_text("2")
    assert hook(build, tree).wanted()


def test_an_sdist_is_trusted(build: ModuleType, tree: Path) -> None:
    """It carries the built files; installing it needs neither Node nor npm's registry."""
    (tree / "PKG-INFO").write_text("Metadata-Version: 2.4\n")
    assert not hook(build, tree).wanted()
    assert hook(build, tree).dependencies() == []


def test_the_web_inbox_can_be_left_out(build: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAILCATCH_WEB=skip installs without it."""
    monkeypatch.setenv("MAILCATCH_WEB", "skip")
    assert not hook(build, tree).wanted()


def test_a_wrong_node_ends_in_a_sentence(build: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAILCATCH_NODE that names nothing is named, with the ways out."""
    monkeypatch.setenv("MAILCATCH_NODE", str(tree / "nothing" / "node"))
    with pytest.raises(SystemExit, match=r"MAILCATCH_NODE=.*MAILCATCH_WEB=skip"):
        hook(build, tree).initialize("standard", {})


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands in for npm")
@pytest.mark.parametrize(("own", "told"), [(None, "1"), ("0", "0")])
def test_npm_trusts_whom_the_system_trusts(
    build: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch, own: str | None, told: str
) -> None:
    """As pip does: a proxy with an authority of its own needs no setting. Whoever says otherwise is heard."""
    monkeypatch.delenv("NODE_USE_SYSTEM_CA", raising=False)
    if own is not None:
        monkeypatch.setenv("NODE_USE_SYSTEM_CA", own)
    npm = tree / "npm"
    npm.write_text('#!/bin/sh\nprintf %s "$NODE_USE_SYSTEM_CA" >told\n')
    npm.chmod(0o755)
    hook(build, tree)._run([str(npm)], ["ci"])
    assert (tree / "web" / "told").read_text() == told


def test_the_lock_file_names_no_registry() -> None:
    """Whoever installs asks the registry of his own configuration."""
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
