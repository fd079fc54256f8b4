"""A clean Debian root, and commands run in it: chroot in namespaces of their own, which is what an engine does."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

SUITES = {"debian:bookworm-slim": "bookworm"}
"""What stands in for a base image: the same suite by debootstrap; the -slim images are that, less the manual pages."""

LENT = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/npmrc", "/root/.npmrc", "/root/.config/pip/pip.conf")
"""How this machine reaches its package registries; a root has it while it is built, as an engine lends the network."""

TRUSTED, LENT_TRUST = "/etc/ssl/certs/ca-certificates.crt", "/run/replay/ca.crt"
TRUST_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "npm_config_cafile")
NETWORK_VARIABLES = ("PIP_INDEX_URL", "npm_config_registry", "http_proxy", "https_proxy", "no_proxy")

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(slots=True)
class Root:
    """One root file system with what its instructions set."""

    path: Path
    env: dict[str, str] = field(default_factory=lambda: {"PATH": SEARCH_PATH})
    user: str = "0:0"
    folder: str = "/"

    def inside(self, path: str) -> Path:
        """Name a path of the root as this machine sees it, relative ones from the working directory."""
        return self.path / PurePosixPath(self.folder, path).relative_to("/")

    @property
    def home(self) -> str:
        """The home folder of the user, as the root's own list of users says."""
        users = (line.split(":") for line in (self.path / "etc/passwd").read_text("utf-8").splitlines())
        return next((fields[5] for fields in users if fields[2] == self.user.partition(":")[0]), "/")

    def command(self, words: Sequence[str], extra: Mapping[str, str] | None = None) -> list[str]:
        """Give the command line that runs `words` in the root, with only its own environment."""
        variables = [f"{name}={value}" for name, value in {"HOME": self.home, **self.env, **(extra or {})}.items()]
        enter = f'mount -t proc proc "{self.path}/proc" && cd / && exec "$@"'
        chroot = ["chroot", f"--userspec={self.user}", str(self.path), "/usr/bin/env", "-i", *variables]
        shell = ["/bin/sh", "-c", 'cd "$0" && exec "$@"', self.folder]
        return [
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "sh",
            "-c",
            enter,
            "sh",
            *chroot,
            *shell,
            *words,
        ]

    def run(self, line: str) -> None:
        """Run one shell line as a RUN instruction does; RuntimeError with the end of its output when it fails."""
        extra = {name: os.environ[name] for name in NETWORK_VARIABLES if name in os.environ}
        extra |= dict.fromkeys(TRUST_VARIABLES, LENT_TRUST)
        with self._lent():
            words = self.command(["/bin/sh", "-c", line], extra)
            done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise RuntimeError("\n".join([*done.stdout.splitlines()[-40:], f"exit {done.returncode}: RUN {line}"]))

    @contextmanager
    def _lent(self) -> Iterator[None]:
        """Have this machine's registry settings in the root for a while, where it has none of its own."""
        pairs = [*((Path(name), self.path / name.lstrip("/")) for name in LENT)]
        pairs.append((Path(TRUSTED), self.path / LENT_TRUST.lstrip("/")))
        lent = [(source, target) for source, target in pairs if source.is_file() and not target.exists()]
        for source, target in lent:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        yield
        for _, target in lent:
            target.unlink()


def bootstrap(base: str, folder: Path) -> None:
    """Make the root that stands in for a base image; ValueError for one that nothing stands in for."""
    if base not in SUITES:
        raise ValueError(f"nothing stands in for {base}")
    subprocess.run(
        ["debootstrap", "--variant=minbase", SUITES[base], str(folder)], check=True, stdout=subprocess.DEVNULL
    )


def copy_of(root: Path, folder: Path) -> Root:
    """Copy a root whole, owners and devices included."""
    subprocess.run(["cp", "--archive", "--reflink=auto", str(root), str(folder)], check=True)
    return Root(folder)
