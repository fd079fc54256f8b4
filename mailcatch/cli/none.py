"""`mailcatch none`: that no mail comes, for a while or until a sign."""

from __future__ import annotations

import json

import click

from mailcatch.cli.errors import NOT_MATCHED
from mailcatch.cli.expecting import DURATION, Asked, Expectation, asks, expect
from mailcatch.cli.failing import annotated, tell
from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import write

TITLE = "Unwanted mail"


@click.command("none")
@asks
@click.option("--for", "within", type=DURATION, metavar="DURATION", help="see to it for so long  [default: now]")
@click.option("--until", metavar="QUERY", help="be done when this mail has come; then --for is how long to wait for it")
@click.option("--json", "as_json", is_flag=True, help="print the API's own answer")
@finds_server
def command(place: Place, /, *, asked: Asked, within: float | None, until: str | None, as_json: bool) -> int:
    """See that no such mail is there or comes; fail at once when it does.

    Mail is visible as soon as SMTP has said 250, so after your app has sent no time need pass. Where it sends later,
    --until names a mail that it sends last.
    """
    with annotated(TITLE):
        seconds = within if within is not None else (10.0 if until is not None else 0.0)
        outcome = expect(place.server(), Expectation(asked, "none", seconds, until=until))
        if as_json:
            write(json.dumps(outcome.answer, indent=2, ensure_ascii=False) + "\n")
        if not outcome.matched:
            tell(TITLE, outcome.explanation)
            return NOT_MATCHED
    return 0
