"""`python -m tests.corpus`: every mail of every corpus; a table on stdout, exit 1 when anything went wrong.

`MAILCATCH_CORPUS` names a directory of further mails.
"""

from __future__ import annotations

import sys

from tests.corpus.round_trip import Result, both, run
from tests.corpus.sources import CORPORA, OutOfReach, own
from tests.support.sink import sink

KEPT = "20000"
"""More than all corpora hold in both forms: nothing may go while it is read."""


def main() -> int:
    """Run all corpora, each against a fresh sink."""
    failures: list[str] = []
    print("| corpus | mails sent | with parse_error | requests | p50 ms | p99 ms | failures |")
    print("|---|---|---|---|---|---|---|")
    for corpus in (*CORPORA, *own()):
        try:
            with sink("--max-messages", KEPT) as running:
                result = run(running, both(corpus.mails()))
        except OutOfReach as reason:
            failures.append(f"{corpus.name}: {reason}")
            continue
        print(row(corpus.name, result), flush=True)
        failures += result.failures
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(failures)} failed")
    return 1 if failures else 0


def row(name: str, result: Result) -> str:
    """Give one line of the table."""
    times = [f"{result.percentile(share) * 1000:.1f}" for share in (0.5, 0.99)]
    cells = [name, result.mails, result.parse_errors, len(result.seconds), *times, len(result.failures)]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


if __name__ == "__main__":
    sys.exit(main())
