"""`mailcatch jobs`: the relay's queue."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import click

from mailcatch.cli.relaying import post, print_job, print_jobs
from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import block, write

_STATES = ("queued", "active", "deferred", "held", "sent", "failed", "expired", "cancelled", "blocked")


class _Group(click.Group):
    """Commands of which `list` goes without saying."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` where no command is named."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group("jobs", cls=_Group)
def command() -> None:
    """Show the relay's queue, and do something with its jobs; alone it lists them."""


@command.command("list")
@click.option("--state", type=click.Choice(_STATES), help="only jobs with a recipient in this state")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="how many")
@click.option("--json", "as_json", is_flag=True, help="the API's own answer")
@finds_server
def list_(place: Place, /, *, state: str | None, limit: int, as_json: bool) -> None:
    """List jobs, newest first."""
    params = [("limit", str(limit)), *([("state", state)] if state else [])]
    page = place.server().json("GET", "/v1/relay/jobs", params)
    if as_json:
        write(json.dumps(page, indent=2) + "\n")
    else:
        print_jobs(page["jobs"])


@command.command("show")
@click.argument("job")
@click.option("--attempt", "n", type=click.IntRange(1), help="which attempt; all by default")
@click.option("--json", "as_json", is_flag=True, help="the API's own answer")
@finds_server
def show(place: Place, /, *, job: str, n: int | None, as_json: bool) -> None:
    """Show JOB with its attempts whole: DNS, dialogue, verdict, to paste into a ticket."""
    server, path = place.server(), f"/v1/relay/jobs/{quote(job, safe='')}"
    value = server.json("GET", path)
    if as_json and n is None:
        print_job(value, as_json=True)
        return
    if not as_json:
        print_job(value, as_json=False)
    for number in [n] if n else [each["n"] for each in value["attempts"]]:
        if as_json:
            write(json.dumps(server.json("GET", f"{path}/attempts/{number}"), indent=2) + "\n")
        else:
            text = server.fetch("GET", f"{path}/attempts/{number}", headers={"Accept": "text/plain"})
            write("\n" + block(text.decode("utf-8", "replace")))


def _act(name: str, help: str) -> None:
    @command.command(name, help=help)
    @click.argument("job")
    @click.option("--to", "-t", multiple=True, metavar="ADDRESS", help="only this recipient; repeatable")
    @click.option("--json", "as_json", is_flag=True, help="the API's own answer")
    @finds_server
    def act(place: Place, /, *, job: str, to: tuple[str, ...], as_json: bool) -> None:
        value: dict[str, Any] = post(place.server(), f"/v1/relay/jobs/{quote(job, safe='')}/{name}", {"to": list(to)})
        print_job(value, as_json=as_json)


_act("retry", "Try JOB again now, or let it go if it is held.")
_act("hold", "Hold JOB until somebody retries it.")
_act("cancel", "Take JOB out of the queue for good.")
_act("bounce", "Give JOB up.")
_act("requeue", "Put JOB into the queue anew, where it is at an end.")
