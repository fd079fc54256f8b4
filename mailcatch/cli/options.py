"""From the fields of the configuration to click's options, and from click's values to the configuration.

The precedence is click's own: command line, environment, TOML (`default_map`), default.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from mailcatch.cli.errors import SETTINGS
from mailcatch.cli.settings import Settings, load
from mailcatch.config import Config, Option, config_of, options
from mailcatch.kinds import Kind

F = TypeVar("F", bound=Callable[..., Any])


class Value(click.ParamType):  # type: ignore[type-arg] # generic from click 8.5 on only
    """A `Kind` as click's type."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.name = kind.metavar

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Read a text; what is wrong with it is said together with what would be right."""
        if not isinstance(value, str):
            return value
        try:
            return self.kind.read(value)
        except ValueError as error:
            self.fail(f"{value!r} is not possible: {error}", param, ctx)


class _Unspoken(click.Option):
    """An option that the command line does not know: its value comes from the file, or from the environment."""

    def add_to_parser(self, parser: object, ctx: click.Context) -> None:
        """Leave it out."""


def default_database() -> Path:
    """Return where the platform keeps a user's data."""
    from platformdirs import user_data_path

    return user_data_path("mailcatch", appauthor=False) / "mailcatch.db"


def as_click(option: Option, *, spelling: str | None = None, hidden: bool = False) -> click.Option:
    """Return an option as click knows it; `spelling` takes the place of its name on the command line."""
    flag = spelling or option.flag
    if option.spelling != "all":
        return _Unspoken(
            [flag, option.key],
            envvar=option.variable if option.spelling == "environment" else None,
            type=Value(option.kind),
            default=option.default,
            hidden=True,
        )
    if option.kind.flag:
        names = [f"{flag}/--no-{flag.removeprefix('--')}", *([option.short] if option.short else []), option.key]
        return click.Option(names, envvar=option.variable, default=option.default, help=option.help, hidden=hidden)
    return click.Option(
        [flag, option.key],
        envvar=option.variable,
        type=Value(option.kind),
        multiple=option.kind.repeatable,
        default=_default(option),
        show_default=option.fallback or option.shown(option.default) or "none",
        metavar=option.kind.metavar,
        help=option.help,
        callback=_gather(option) if option.kind.repeatable else None,
        hidden=hidden,
    )


def _default(option: Option) -> object:
    return default_database if option.name == "database" else option.default


def _gather(option: Option) -> Callable[[click.Context, click.Parameter, tuple[object, ...]], object]:
    def gather(ctx: click.Context, param: click.Parameter, values: tuple[object, ...]) -> object:
        try:
            return option.gathered(values)
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, param) from error

    return gather


def config_file_option() -> click.Option:
    """Return `--config`: read before all others, it becomes click's `default_map`."""
    return click.Option(
        ["--config"],
        envvar="MAILCATCH_CONFIG",
        metavar="FILE",
        is_eager=True,
        expose_value=False,
        callback=_use_file,
        help="the configuration file  [default: ./mailcatch.toml, then the platform's configuration directory]",
    )


def _use_file(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    settings = load(value)
    ctx.meta[SETTINGS] = settings
    ctx.default_map = dict(settings.values)


def configurable(*, without: frozenset[str] = frozenset()) -> Callable[[F], F]:
    """Give a command every option of the configuration, and `--config`."""

    def decorate(command: F) -> F:
        made = [as_click(each) for each in options() if each.name not in without]
        params = [config_file_option(), *made]
        command.__click_params__ = [*reversed(params), *getattr(command, "__click_params__", [])]  # type: ignore[attr-defined]
        return command

    return decorate


@dataclass(frozen=True, slots=True)
class Setting:
    """One option with its value, and where that came from, in words."""

    option: Option
    value: object
    source: str

    @property
    def shown(self) -> str:
        """The value as the environment would spell it."""
        return self.option.shown(self.value)

    @property
    def is_default(self) -> bool:
        """Whether nobody set it."""
        return self.source == "default"


def current_settings(ctx: click.Context) -> Settings:
    """Return the configuration file in use."""
    settings = ctx.meta.get(SETTINGS)
    return settings if isinstance(settings, Settings) else Settings()


def settings_of(ctx: click.Context) -> tuple[Setting, ...]:
    """Return each option with its value and source."""
    return tuple(Setting(each, ctx.params[each.key], _source(ctx, each)) for each in options())


def _source(ctx: click.Context, option: Option) -> str:
    source = ctx.get_parameter_source(option.key)
    if source is ParameterSource.COMMANDLINE:
        return "command line"
    if source is ParameterSource.ENVIRONMENT:
        return f"environment {option.variable}"
    if source is ParameterSource.DEFAULT_MAP:
        return str(current_settings(ctx))
    return "default"


def config_from(ctx: click.Context) -> Config:
    """Return the configuration that a command was given."""
    keys = {each.key for each in options()}
    return config_of({key: value for key, value in ctx.params.items() if key in keys}, current_settings(ctx).rules)
