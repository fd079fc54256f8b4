"""`python -m tests.judges [--write] [NAME…]`: holds the dialogues with Dovecot and with us, and shows what differs.

With --write, the differences found are put into the dialogues; each then needs its reason.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.judges.compare import Outcome, held
from tests.judges.script import Dialogue, read
from tests.judges.servers import ours, theirs

HERE = Path(__file__).parent


def main() -> int:
    """Hold the dialogues named on the command line, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.judges", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="the dialogue's name: imap/fetch")
    parser.add_argument("--write", action="store_true", help="put the differences into the dialogues")
    asked = parser.parse_args()
    paths = [HERE / f"{name}.txt" for name in asked.names] or sorted(HERE.glob("*/*.txt"))
    commands = unexpected = known = 0
    with theirs() as dovecot, ours() as mine:
        for path in paths:
            dialogue = read(path)
            outcomes = list(held(dialogue, dovecot, mine))
            commands += sum(section.commands for section in dialogue.sections)
            unexpected += show(path, outcomes)
            known += sum(bool(outcome.step.reason) for outcome in outcomes)
            if asked.write:
                write(dialogue, outcomes)
    print(f"{commands} commands, {known} known differences, {unexpected} unexpected answers")
    return bool(unexpected)


def show(path: Path, outcomes: list[Outcome]) -> int:
    """Print what the dialogue does not know; give how many."""
    unknown = [outcome for outcome in outcomes if not outcome.expected]
    for outcome in unknown:
        print(f"{path.parent.name}/{path.name}, {outcome}\n")
    return len(unknown)


def write(dialogue: Dialogue, outcomes: list[Outcome]) -> None:
    """Put the differences into a dialogue, under the steps they belong to; reasons stay."""
    told = {outcome.step.number: outcome for outcome in outcomes}
    lines: list[str] = []
    for number, line in enumerate(dialogue.path.read_text("utf-8").splitlines(), 1):
        if line.startswith(("~ ", "- ", "+ ")):
            continue
        lines.append(line)
        outcome = told.get(number)
        if outcome and outcome.difference:
            lines += [f"~ {outcome.step.reason or 'REASON?'}", *outcome.difference]
    dialogue.path.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
