"""`python -m tests.image`: builds the image's root as the Dockerfile says and uses it as a container.

What is the same as in an engine: each RUN line, in order, in a fresh Debian root; COPY with .dockerignore; ENV, USER,
WORKDIR; the entry point and the health check in namespaces of their own. What is not: the base image comes from
debootstrap, there are no layers, and a volume is a folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.image.container import Container
from tests.image.dockerfile import Stage, command, context, environment, stages
from tests.image.root import Root, bootstrap, copy_of

PROJECT = Path(__file__).parents[2]


def main() -> int:
    """Build and try; the exit code is 0 only when every check held."""
    missing = [tool for tool in ("debootstrap", "unshare", "chroot", "nsenter", "ip") if shutil.which(tool) is None]
    if os.geteuid() or missing:
        print(f"image: needs root{''.join(f' and {tool}' for tool in missing)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="mailcatch-image-") as work:
        found = stages(PROJECT.joinpath("Dockerfile").read_text("utf-8"))
        root = build(found, Path(work))
        return try_out(root, found[-1])


def build(found: tuple[Stage, ...], work: Path) -> Root:
    """Replay every stage and give the last one's root."""
    roots: dict[str | None, Root] = {}
    for number, stage in enumerate(found):
        base = work / stage.base.replace(":", "-")
        if not base.exists():
            print(f"image: debootstrap for {stage.base}", flush=True)
            bootstrap(stage.base, base)
        roots[stage.name] = copy_of(base, work / f"stage-{number}")
        for step in stage.steps:
            print(f"image: {step.name} {step.rest}", flush=True)
            replay(step.name, step.rest, roots[stage.name], roots)
    return roots[found[-1].name]


def replay(name: str, rest: str, root: Root, roots: dict[str | None, Root]) -> None:
    """Do what one instruction says."""
    match name:
        case "RUN":
            root.run(rest)
        case "COPY":
            copy(rest.split(), root, roots)
        case "ENV":
            root.env |= environment(rest)
        case "USER":
            root.user = rest
        case "WORKDIR":
            root.folder = rest
            root.inside(".").mkdir(parents=True, exist_ok=True)


def copy(words: list[str], root: Root, roots: dict[str | None, Root]) -> None:
    """COPY from the context or, with --from, from another stage."""
    if words[0].startswith("--from="):
        source = roots[words[0].removeprefix("--from=")].inside(words[1])
        subprocess.run(["cp", "--archive", str(source), str(root.inside(words[2]))], check=True)
        return
    for path in context(PROJECT, PROJECT.joinpath(".dockerignore").read_text("utf-8")):
        target = root.inside(words[1]) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / path, target)


def try_out(root: Root, stage: Stage) -> int:
    """Use the image as a container is used, and say what held."""
    entry, health = command(stage.last("ENTRYPOINT")), command(stage.last("HEALTHCHECK"))
    checks: list[tuple[str, bool]] = []
    with Container(root, entry) as running:
        if not running.within(10, lambda: running.execute(health).returncode == 0):
            print(f"image: FAILED the health check never passed\n{running.output()}")
            return 1
        checks.append(("the health check passes", True))
        checks.append(("it runs as the image's user", running.user() == int(root.user.split(":")[0])))
        checks.append(("a sample goes in", running.execute(["mailcatch", "send"]).returncode == 0))
        checks.append(("and is listed", len(running.execute(["mailcatch", "ls"]).stdout.splitlines()) >= 1))
        page = running.execute(["python3", "-c", FETCH])
        checks.append(("the page is served", page.returncode == 0))
        modes = {path.name: oct(path.stat().st_mode & 0o777) for path in root.inside("/data").iterdir()}
        checks.append((f"the database is the user's alone: {modes}", set(modes.values()) == {"0o600"}))
        checks.append(("it ends within 5 s with 0", running.stop(signal.SIGTERM, 5) == 0))
    with Container(root, entry) as running:
        running.within(10, lambda: running.execute(health).returncode == 0)
        listed = running.execute(["mailcatch", "ls"]).stdout.splitlines()
        checks.append(("the mail is still there after a restart", len(listed) >= 1))
        running.stop(signal.SIGTERM, 5)
    checks.append(refusal(root, entry))
    for text, held in checks:
        print(f"image: {'ok    ' if held else 'FAILED'} {text}")
    failed = sum(not held for _, held in checks)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


FETCH = "import urllib.request as u; assert b'<script' in u.urlopen('http://127.0.0.1:8025/').read()"


def refusal(root: Root, entry: list[str]) -> tuple[str, bool]:
    """Start on a volume that is root's: one line that says what to do, exit 2."""
    shutil.rmtree(root.inside("/data"))
    root.inside("/data").mkdir(mode=0o755)
    with Container(root, entry) as running:
        code = running.wait(10)
        lines = running.output().strip().splitlines()
    return f"a volume of root's: exit {code}, {lines}", code == 2 and len(lines) == 1


if __name__ == "__main__":
    sys.exit(main())
