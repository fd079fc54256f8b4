"""`python -m tests.oracle`: every mail of every corpus read twice; a table of the differences, exit 1 if one has no reason.

`MAILCATCH_CORPUS` names a directory of further mails.
"""

from __future__ import annotations

import sys
from collections import Counter

from tests.corpus.sources import OutOfReach
from tests.oracle.compare import Difference, differences
from tests.oracle.mails import all_mails


def main() -> int:
    """Compare all, print the table, and name what has no reason."""
    counted: Counter[tuple[str, str]] = Counter()
    failures: list[tuple[str, Difference]] = []
    compared = 0
    try:
        for name, raw in all_mails():
            compared += 1
            for difference in differences(raw):
                counted[difference.what, difference.reason or "NO REASON"] += 1
                if difference.reason is None:
                    failures.append((name, difference))
    except OutOfReach as reason:
        print(reason, file=sys.stderr)
        return 1
    print(f"{compared} mails compared\n\n| count | what | why ours differs |\n|---|---|---|")
    for (what, reason), count in counted.most_common():
        print(f"| {count} | {what} | {reason} |")
    for name, difference in failures:
        print(
            f"{name}: {difference.what}: {difference.ours!r:.300} against {difference.theirs!r:.300}", file=sys.stderr
        )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
