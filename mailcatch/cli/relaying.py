"""What the commands of the relay share: asking, and how jobs look on a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mailcatch.cli.server import Server
from mailcatch.cli.terminal import line, say, table, write

PATIENCE = 120.0
"""Seconds that a server elsewhere may take to answer."""


def post(server: Server, path: str, body: Mapping[str, object], method: str = "POST") -> dict[str, Any]:
    """Send JSON, and return what is answered. Raises what `Server.fetch` raises, a refusal by a rule too."""
    data = json.dumps(body).encode()
    answer = server.fetch(method, path, body=data, headers={"Content-Type": "application/json"})
    value: dict[str, Any] = json.loads(answer)
    return value


def say_notice(server: Server) -> None:
    """Say what whoever sends for the first time should know."""
    notice = server.json("GET", "/v1/relay").get("notice")
    if notice:
        say(str(notice))


def print_job(job: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a job: its recipients with their states."""
    if as_json:
        write(json.dumps(job, indent=2) + "\n")
        return
    write(f"Job {job['id']}  {line(job['subject'])}  from <{line(job['sender'])}>\n")
    write("".join(f"  {each}\n" for each in map(_recipient, job["recipients"])))


def print_jobs(jobs: Iterable[Mapping[str, Any]]) -> None:
    """Print a row for each recipient."""
    rows = [
        [job["id"], each["state"], each["address"], str(each["attempts"]), each["next_at"] or "", _said(each)]
        for job in jobs
        for each in job["recipients"]
    ]
    write(
        table(
            ["job", "state", "recipient", "tries", "next", "reply"], [list(map(line, row)) for row in rows], stretch=5
        )
    )


def _recipient(each: Mapping[str, Any]) -> str:
    later = f", next {each['next_at']}" if each["next_at"] else ""
    said = _said(each)
    return line(f"{each['state']} {each['address']}{later}{f': {said}' if said else ''}")


def _said(each: Mapping[str, Any]) -> str:
    words = [str(each[name]) for name in ("code", "enhanced", "text") if each[name]]
    return " ".join([*words, *(["(possible duplicate)"] if each["uncertain"] else [])])


def print_events(value: Mapping[str, Any]) -> None:
    """Print a trace that came as JSON."""
    from msgspec import convert

    from mailcatch.cli.terminal import block
    from mailcatch.trace import TraceEvent
    from mailcatch.trace_text import text_of

    write(block(text_of(convert(value["events"], list[TraceEvent]))))
