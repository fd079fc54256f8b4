"""The group of commands: each is imported when it is called, `serve` when none is."""

from __future__ import annotations

from importlib import import_module

import click

from mailcatch import __version__

COMMANDS = {
    "serve": "Catch mail and show it; the same as mailcatch alone.",
    "config": "Show every option with its value and where that came from.",
    "ready": "Tell whether mail is taken now, by the exit code.",
    "send": "Send a sample mail, or files.",
    "ls": "List messages, newest first.",
    "show": "Show one message.",
    "rm": "Delete messages for ever.",
    "clear": "Delete every message.",
    "open": "Open the inbox, or a message, in the browser.",
    "wait": "Wait for mail, and print what is in it.",
    "none": "See that no such mail is there or comes.",
    "assert": "Judge a file of expectations.",
    "cursor": "Print where the log is now, for --since.",
    "release": "Send a message on to people who are named.",
    "path": "Show the way of a message.",
    "jobs": "Show the relay's queue, and do something with its jobs.",
    "route": "Say where mail for an address would go.",
    "probe": "Ask the server of an address about it, without a message.",
    "pause": "Stop sending until resume.",
    "resume": "Let the relay go on after a pause.",
    "export": "Write messages as mbox, or as files into a directory.",
    "import": "Store messages from mbox files, .eml files and directories.",
    "sendmail": "Send the mail on standard input, as sendmail(8) does.",
    "run": "Run a command with a mailcatch of its own.",
    "doctor": "Try every door of the server, and print settings for clients.",
    "ca": "Show the development CA, and how clients are told to trust it.",
}
"""The commands and what they do; each lives in a module of its name (a Python keyword with an underscore after it)."""

_MODULES = {
    "import": "import_",
    "config": "show_config",
    "run": "run_",
    "open": "open_",
    "assert": "assert_",
    "sendmail": "sendmail.command",
}


class Group(click.Group):
    """Commands that are imported late, `serve` by default, and a word for whoever mistypes one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `serve` before options that are not the group's own."""
        own = {name for param in self.get_params(ctx) for name in param.opts}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["serve", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command."""
        if name not in COMMANDS:
            return None
        found: click.Command = import_module(f"mailcatch.cli.{_MODULES.get(name, name)}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one may have been meant."""
        if args[0] not in COMMANDS:
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, 1, 0.5)
            meant = f"did you mean {close[0]}?" if close else f"there are {', '.join(COMMANDS)}"
            raise click.UsageError(f"there is no command {args[0]!r}; {meant}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"mailcatch {__version__}")
        ctx.exit()


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show it.")
def group() -> None:
    """Catch mail instead of delivering it, and show it live.

    Without a command, mailcatch serves: SMTP at localhost:1025, the inbox at http://localhost:8025. See `mailcatch
    serve --help` for its options.
    """
