"""`mailcatch wait`: until mail comes, or the time is over; then why it did not."""

from __future__ import annotations

import json

import click

from mailcatch.cli import printing
from mailcatch.cli.errors import AMBIGUOUS, NOT_MATCHED
from mailcatch.cli.expecting import DURATION, Asked, Expectation, asks, expect
from mailcatch.cli.failing import annotated, tell
from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import write

TITLE = "Mail not found"


@click.command("wait")
@asks
@click.option("--timeout", "within", type=DURATION, default=10.0, show_default="10s", metavar="DURATION",
              help="wait for so long; 0 asks about now")  # fmt: skip
@click.option("--count", type=click.IntRange(1), metavar="N", help="wait for N messages at least  [default: 1]")
@click.option("--exactly", type=click.IntRange(0), metavar="N", help="N and no more, until the time is over")
@click.option("--settle", type=DURATION, metavar="DURATION", help="with --exactly: be content after so much quiet")
@click.option("--pick", type=click.Choice(["newest", "oldest"]), help="which, if several match")
@click.option("--strict", is_flag=True, help="fail with 5 if several match, or --print has several candidates")
@click.option("--print", "what", type=click.Choice(printing.WHAT), help="print this of it")
@click.option("--json", "as_json", is_flag=True, help="print the API's own answer")
@finds_server
def command(
    place: Place,
    /,
    *,
    asked: Asked,
    within: float,
    count: int | None,
    exactly: int | None,
    settle: float | None,
    pick: str | None,
    strict: bool,
    what: str | None,
    as_json: bool,
) -> int:
    """Wait for mail, and print it: a line each, or with --print its code, its link to follow, or its content.

    Which mail is said by options, by a QUERY as the search box takes it (`to:bob@x.test subject[regex]:^Order`), or
    by both; docs/search.md has all fields and operators.

    Without --since mail that is there already counts, the newest first; with it the oldest that is newer. When none
    comes, the exit code is 1, and stderr says which came nearest and what SMTP saw.
    """
    with annotated(TITLE):
        wanted = Expectation(asked, _count(count, exactly, settle), within, pick, strict)
        server = place.server()
        outcome = expect(server, wanted)
        if as_json:
            write(json.dumps(outcome.answer, indent=2, ensure_ascii=False) + "\n")
        if not outcome.matched:
            tell(TITLE, outcome.explanation)
            return AMBIGUOUS if outcome.ambiguous else NOT_MATCHED
        if what is not None and not as_json:
            printing.show(server, outcome.answer["messages"], what, strict)
        elif not as_json:
            printing.rows(outcome.answer["messages"])
    return 0


def _count(count: int | None, exactly: int | None, settle: float | None) -> dict[str, object]:
    """Return what the server is told of the number. Raises UsageError for what contradicts itself."""
    if count is not None and exactly is not None:
        raise click.UsageError("--count N is N at least, --exactly N is N: say one", click.get_current_context())
    if exactly is None:
        if settle is not None:
            raise click.UsageError("--settle belongs to --exactly", click.get_current_context())
        return {"min": count or 1}
    return {"exactly": exactly, **({} if settle is None else {"settle": settle})}
