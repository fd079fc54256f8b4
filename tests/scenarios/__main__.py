"""`python -m tests.scenarios [--write] [NAME…]`: plays the scenarios and shows their explanations.

With --write, the golden texts are written anew; read the difference before you commit it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.scenarios.cases import SCENARIOS
from tests.scenarios.stage import steadied
from tests.scenarios.test_scenarios import GOLDEN, played


def main() -> int:
    """Play those named on the command line, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *SCENARIOS], help="a scenario")
    parser.add_argument("--write", action="store_true", help="write the golden texts anew")
    asked = parser.parse_args()
    for name in asked.names or SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            _, explanation = played(SCENARIOS[name], Path(folder))
        text = steadied(explanation["text"])
        print(f"== {name}\n{text}\n")
        if asked.write:
            (GOLDEN / f"{name}.txt").write_text(text + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
