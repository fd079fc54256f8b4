"""`mailcatch assert`: expectations of a file, judged together."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from mailcatch.cli.errors import NOT_MATCHED
from mailcatch.cli.expecting import LONGEST, ask
from mailcatch.cli.failing import annotated, tell
from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import line, write
from mailcatch.kinds import read_duration

TITLE = "Mail expectation failed"

MOST = 1_000_000
"""Bytes of JSON that the server takes."""

_KEY = "expectations"


@click.command("assert")
@click.option("-f", "--file", "name", metavar="FILE", required=True, help="YAML or JSON; - is stdin")
@click.option("--json", "as_json", is_flag=True, help="print the API's own answer")
@finds_server
def command(place: Place, /, *, name: str, as_json: bool) -> int:
    """Judge the expectations of FILE together: a list of those of the API's /v1/assert, each with a name.

    \b
    - name: confirmation
      query: {to: bob@x.test, subject: {contains: Confirm}}
    - name: no invoice yet
      query: {to: bob@x.test, subject: {contains: Invoice}}
      count: none
    """  # noqa: D301 - click's own sign: leave these lines as they are
    with annotated(TITLE):
        expectations = _read(name)
        window = max((_window(each) for each in expectations), default=0.0)
        outcome = ask(place.server(), {_KEY: expectations}, window, "/v1/assert")
        results = outcome.answer.get("results") or []
        if as_json:
            write(json.dumps(outcome.answer, indent=2, ensure_ascii=False) + "\n")
        else:
            write("".join(f"{'ok' if each['passed'] else 'FAILED'}\t{line(each['name'] or '')}\n" for each in results))
        if outcome.matched:
            return 0
        for each in results:
            if not each["passed"]:
                _tell(each, None if name == "-" else name)
        if not results:
            tell(TITLE, outcome.explanation)
    return NOT_MATCHED


def _tell(result: Mapping[str, Any], file: str | None) -> None:
    explanation = result.get("explanation") or {}
    tell(f"{TITLE}: {result['name']}", f"{result['name']}: {explanation.get('text', 'not fulfilled')}", file=file)


def _read(name: str) -> Sequence[Mapping[str, Any]]:
    """Return the expectations of a file. Raises UsageError, which says where it is wrong."""
    try:
        text = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise _wrong(f"{name} cannot be read: {error.strerror}") from error
    value = _parsed(name, text)
    if isinstance(value, Mapping):
        value = value.get(_KEY)
    if not isinstance(value, list) or not value or not all(isinstance(each, Mapping) for each in value):
        raise _wrong(f"{name} holds no list of expectations")
    _check_size(name, value)
    return value


def _check_size(name: str, value: object) -> None:
    """Refuse what JSON cannot say, or only at a length that the server does not take: YAML's aliases can grow."""
    size = 0
    try:
        for piece in json.JSONEncoder().iterencode(value):
            size += len(piece)
            if size > MOST:
                raise _wrong(f"{name} is more than 1 MB of expectations")
    except (TypeError, ValueError, RecursionError) as error:
        raise _wrong(f"{name} holds what JSON cannot say: {error}") from error


def _parsed(name: str, text: bytes) -> object:
    """Return the file's content: JSON, or else YAML, whose times are text as JSON has them."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    import yaml

    class Loader(yaml.SafeLoader):
        """Reads times as they are written: JSON knows no others."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        value: object = yaml.load(text, Loader)  # type: ignore[no-untyped-call] # noqa: S506 - it is a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise _wrong(f"{name} is neither JSON nor YAML: {' '.join(str(error).split())}") from error
    return value


def _window(expectation: Mapping[str, Any]) -> float:
    """Return how many seconds it may take, for our own patience; what is no time is for the server to refuse."""
    within = expectation.get("within", 10.0)
    try:
        seconds = read_duration(within) if isinstance(within, str) else float(within)
    except (TypeError, ValueError):
        return LONGEST
    return min(max(seconds, 0.0), LONGEST)


def _wrong(sentence: str) -> click.UsageError:
    return click.UsageError(f"--file: {sentence}", click.get_current_context())
