"""`python -m tests.bench [PART…] [--write]`: measures, prints the table, and with --write puts it into the docs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

from tests.bench import commands, imap, reading, relay, report, smtp, soak, start, waiting

PARTS: dict[str, Callable[[], Iterator[report.Row]]] = {
    "start": start.measure,
    "commands": commands.measure,
    "smtp": smtp.measure,
    "reading": reading.measure,
    "imap": imap.measure,
    "waiting": waiting.measure,
    "relay": relay.measure,
    "soak": soak.measure,
}


def main() -> int:
    """Measure the parts named on the command line, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    asked = parser.parse_args()
    rows = []
    print(report.HEAD)
    for name in asked.parts or PARTS:
        for row in PARTS[name]():
            print(row, flush=True)
            rows.append(row)
    if asked.write:
        report.write(report.table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
