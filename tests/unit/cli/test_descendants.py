"""The tree of processes below us, as /proc shows it."""

import os
import subprocess
import sys

import pytest

from mailcatch.cli import descendants as module
from mailcatch.cli.descendants import descendants
from tests.support.needs import missing

ADOPTING = """
import os, subprocess, sys
from mailcatch.cli.descendants import adopt_orphans, descendants
assert adopt_orphans()
shell = subprocess.run(["sh", "-c", "sleep 99 >/dev/null & echo $!"], stdout=subprocess.PIPE, text=True)
orphan = int(shell.stdout)
assert [each.pid for each in descendants()] == [orphan], descendants()
assert descendants()[0].parent == os.getpid()
os.kill(orphan, 9)
os.waitpid(orphan, 0)
print(descendants())
"""


@pytest.fixture(autouse=True)
def _linux() -> None:
    if sys.platform != "linux":
        missing("/proc is Linux's")


def test_children_and_theirs():
    """Each with its parent and session; a name full of brackets and blanks does not confuse it."""
    script = 'exec 3>&1; (exec -a "a) R 1 (" sleep 99) & echo $! $$; read x'
    with subprocess.Popen(["bash", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout is not None
        child, parent = map(int, shell.stdout.readline().split())
        found = {each.pid: each for each in descendants()}
        assert (found[parent].parent, found[child].parent) == (os.getpid(), parent)
        assert found[child].session == os.getsid(0)
        os.kill(child, 9)
        shell.kill()
        shell.wait()
        assert not {child, parent} & {each.pid for each in descendants()}


def test_orphans_come_to_whoever_adopts():
    """A process whose parent ended is found, and killed."""
    done = subprocess.run([sys.executable, "-c", ADOPTING], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_elsewhere_it_says_that_it_cannot(monkeypatch: pytest.MonkeyPatch):
    """No such call on other systems."""
    monkeypatch.setattr(module.sys, "platform", "darwin")
    assert not module.adopt_orphans()
    module.die_with(1)
