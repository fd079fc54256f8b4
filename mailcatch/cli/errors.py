"""What ends a command: its exit code and its one sentence.

Exit codes: 0 ok, 1 an expectation failed or what was asked for is not there, 2 a wrong option, value or query, 3 no
server answers, 4 the server failed, 5 there are several where one was meant. `run` ends with its command's own.
"""

from __future__ import annotations

import click
from click.core import ParameterSource

from mailcatch.errors import ConfigError, Conflict, MailcatchError, NotFound, QueryError

NOT_MATCHED, AMBIGUOUS = 1, 5
"""Exit codes of an expectation that failed."""

CODES: tuple[tuple[type[MailcatchError], int], ...] = ((ConfigError, 2), (QueryError, 2), (NotFound, 1), (Conflict, 1))


class Unreachable(click.ClickException):
    """No mailcatch answers where it should be."""

    exit_code = 3


class ServerFailed(click.ClickException):
    """The server answered that it cannot, or what answers is no mailcatch."""

    exit_code = 4


class Busy(ServerFailed):
    """The server cannot now; it may in `retry_after` seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(click.ClickException):
    """The server cannot do what was asked for, and says why: the request was wrong."""

    exit_code = 2


class Missing(Refused):
    """What was asked for is not there."""

    exit_code = NOT_MATCHED


class Ambiguous(Refused):
    """There are several, and one was meant."""

    exit_code = AMBIGUOUS


def code_of(error: Exception) -> int:
    """Return the exit code."""
    if isinstance(error, click.ClickException):
        return error.exit_code
    return next((code for kind, code in CODES if isinstance(error, kind)), 4)


def sentence_of(error: Exception) -> str:
    """Return what went wrong, as one line that names the option and what would be right."""
    if isinstance(error, click.MissingParameter):
        return f"{error.format_message()} (see {error.ctx.command_path if error.ctx else 'mailcatch'} --help)"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"{_place(error.param, error.ctx)}: {error.message}"
    if isinstance(error, click.NoSuchOption):
        return _no_such_option(error)
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"{error.format_message()} (see {error.ctx.command_path} --help)"
    if isinstance(error, click.ClickException):
        return error.format_message()
    return str(error)


def _no_such_option(error: click.NoSuchOption) -> str:
    from difflib import get_close_matches

    params = error.ctx.command.get_params(error.ctx) if error.ctx else []
    params = [param for param in params if not getattr(param, "hidden", False)]
    known = [name for param in params for name in (*param.opts, *param.secondary_opts) if name.startswith("--")]
    close = get_close_matches(error.option_name, known, 1)
    path = error.ctx.command_path if error.ctx else "mailcatch"
    return f"there is no option {error.option_name}; " + (
        f"did you mean {close[0]}?" if close else f"see {path} --help"
    )


def _place(param: click.Parameter, ctx: click.Context | None) -> str:
    """Name the option, and where its value came from if that was not the command line."""
    name = max(param.opts, key=len) if isinstance(param, click.Option) else (param.name or "").upper()
    source = ctx.get_parameter_source(param.name) if ctx is not None and param.name else None
    if source is ParameterSource.ENVIRONMENT:
        return f"{name} (from {variable_of(param)})"
    if source is ParameterSource.DEFAULT_MAP and ctx is not None:
        return f"{name} (from {ctx.meta.get(SETTINGS, 'the configuration file')})"
    return name


def variable_of(param: click.Parameter) -> str:
    """Return the environment variable of an option."""
    return param.envvar if isinstance(param.envvar, str) else ""


SETTINGS = "mailcatch.cli.settings"
"""The key in click's context under which the configuration file in use is found."""
