"""`mailcatch config`: every value and where it came from."""

from __future__ import annotations

import json

import click

from mailcatch.cli.options import Setting, as_click, configurable, current_settings, settings_of
from mailcatch.cli.terminal import block, say, write
from mailcatch.config import options


@click.command("config")
@configurable(without=frozenset({"json"}))
@click.option("--json", "as_json", is_flag=True, help="print it as JSON")
@click.option("--env", "as_env", is_flag=True, help="print it as the environment of a compose file")
@click.pass_context
def command(ctx: click.Context, /, as_json: bool, as_env: bool, **values: object) -> None:
    """Show every option with its value and where that came from.

    It takes serve's options too, and then shows what they would come to.
    """
    note = current_settings(ctx).note
    if note is not None:
        say(f"mailcatch: {note}")
    settings = settings_of(ctx)
    if as_json:
        write(json.dumps([_entry(each) for each in settings], indent=2) + "\n")
    elif as_env:
        write(compose(settings))
    else:
        write(block("".join(f"{each.rstrip()}\n" for each in _lines(settings))))


# serve's own --json stays readable from the environment and the file; only its spelling is taken here.
command.params.append(
    as_click(next(each for each in options() if each.name == "json"), spelling="--serve-json", hidden=True)
)


def _entry(setting: Setting) -> dict[str, str | None]:
    option = setting.option
    return {"option": option.name, "variable": option.variable, "value": setting.shown, "source": setting.source}


def _lines(settings: tuple[Setting, ...]) -> list[str]:
    values = [each.shown or each.option.fallback or "" for each in settings]
    names, shown = max(len(each.option.name) for each in settings), min(50, max(map(len, values)))
    return [
        f"{each.option.name:{names}}  {value:{shown}}  {each.source}"
        for each, value in zip(settings, values, strict=True)
    ]


def compose(settings: tuple[Setting, ...]) -> str:
    """Return the `environment` of a compose service: what is set, and as comments all that could be."""
    lines = ["environment:"]
    for each in settings:
        if each.option.spelling == "file":
            continue
        text = f"{each.option.variable}: {json.dumps(each.shown, ensure_ascii=False)}"
        lines.append(f"  # {text}" if each.is_default else f"  {text}")
    return "\n".join(lines) + "\n"
