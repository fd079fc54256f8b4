"""Take each safety rule out of a copy of the code, and see that its tests notice. `python -m tests.mutants [WORD]`.

A test that passes without its rule proves nothing: it is named, and the exit code is 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutants.rules import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Try every mutant whose rule has the word; return the exit code."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [each for each in MUTANTS if word in each.rule]
    with tempfile.TemporaryDirectory(prefix="mailcatch-mutants-") as folder:
        copy = Path(folder)
        for name in ("mailcatch", "tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        whole = sorted({test for each in chosen for test in each.tests})
        if not passes(copy, whole):
            sys.stdout.write("the tests fail with every rule in place: nothing can be said\n")
            return 1
        survivors = [each for each in chosen if survives(copy, each)]
    sys.stdout.write(f"{len(chosen) - len(survivors)} of {len(chosen)} rules are kept by their tests\n")
    return 1 if survivors else 0


def survives(copy: Path, mutant: Mutant) -> bool:
    """Tell whether the tests pass though a rule is gone."""
    path = copy / mutant.file
    text = path.read_text("utf-8")
    if text.count(mutant.old) != 1:
        sys.stdout.write(f"{mutant.rule}: {mutant.file} has {text.count(mutant.old)} of {mutant.old!r}\n")
        return True
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    try:
        survived = passes(copy, mutant.tests)
    finally:
        path.write_text(text, "utf-8")
    sys.stdout.write(f"{'NOT NOTICED' if survived else 'noticed'}: {mutant.rule}\n")
    sys.stdout.flush()
    return survived


def passes(copy: Path, tests: tuple[str, ...] | list[str]) -> bool:
    """Run tests on the copy."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *tests],
        cwd=copy, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in {0, 1}:
        raise SystemExit(f"pytest could not run:\n{done.stdout}{done.stderr}")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
