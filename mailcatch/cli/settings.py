"""The configuration file: where it is found, what it may set, and what its mistakes are called."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailcatch.cli.tables import NAMES, rules_of
from mailcatch.config import NO_RULES, Bind, Option, options
from mailcatch.errors import ConfigError
from mailcatch.kinds import LISTENERS
from mailcatch.rules import Rules

NAME = "mailcatch.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a file sets: values by the options' keys, as text. `ignored` names what a found file may not set."""

    path: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    rules: Rules = NO_RULES

    def __str__(self) -> str:
        return str(self.path)

    @property
    def note(self) -> str | None:
        """One line about what was ignored and how to mean it, or None."""
        if not self.ignored:
            return None
        return (
            f"ignored in {self.path}: {', '.join(self.ignored)}, for a file that merely lies in the working directory "
            f"may not set it; if you mean it, say --config {NAME}"
        )


def load(named: str | None) -> Settings:
    """Read the file that `--config` names; else ./mailcatch.toml, else the one in the platform's directory, else none.

    Raises ConfigError for a file that cannot be read, is no TOML, or has a key that is no option.
    """
    if named is not None:
        path = Path(named).expanduser()
        return _whole(path)
    here = Path(NAME)
    if _is_there(here):
        return _found(here)
    common = common_file()
    return _whole(common) if _is_there(common) else Settings()


def _whole(path: Path) -> Settings:
    table = _read(path)
    return Settings(path, _checked(path, table), rules=rules_of(str(path), table))


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # in a folder that is closed to us: nobody pointed us there
        return False


def common_file() -> Path:
    """Return where the platform keeps a user's own configuration."""
    from platformdirs import user_config_path

    return user_config_path("mailcatch", appauthor=False) / NAME


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"--config: {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no TOML: {error}") from error


def _checked(path: Path, table: dict[str, Any]) -> dict[str, Any]:
    """Return the values by the options' keys, as text."""
    known = {each.table or (each.name,): each for each in options() if each.spelling != "environment"}
    tables = {key[:depth] for key in known for depth in range(1, len(key))}
    values = {key: value for key, value in table.items() if key not in NAMES}
    found: dict[str, Any] = {}
    for key, value in _leaves(values, (), tables):
        if key not in known:
            raise ConfigError(f"{path}: there is no option {_spelt(key)}{_nearest(key, known, tables)}")
        found[known[key].key] = _text(known[key], value)
    return found


Key = tuple[str, ...]


def _leaves(table: Mapping[str, Any], above: Key, tables: Collection[Key]) -> Iterator[tuple[Key, Any]]:
    """Yield each value with its key; only what is known as a table is looked into."""
    for name, value in table.items():
        key = (*above, name.replace("-", "_") if above else name)
        if key in tables and isinstance(value, Mapping):
            yield from _leaves(value, key, tables)
        else:
            yield key, value


def _spelt(key: Key) -> str:
    return repr(key[0]) if len(key) == 1 else f"{key[-1]!r} in [{'.'.join(key[:-1])}]"


def _nearest(key: Key, known: Mapping[Key, Option], tables: Collection[Key]) -> str:
    from difflib import get_close_matches

    if key in tables:
        return f"; it is a table: write [{'.'.join(key)}]"
    flat = {each.name: each for each in known.values()}
    if len(key) == 1 and key[0].replace("_", "-") in flat:
        meant = flat[key[0].replace("_", "-")]
        return f"; did you mean {meant.name!r}?" if meant.table is None else f"; did you mean {meant.in_file}?"
    names = [each[-1] for each in known if each[:-1] == key[:-1]]
    mark = "-" if len(key) == 1 else "_"
    close = get_close_matches(key[-1].replace("_", mark).lower(), names, 1, 0.5)
    return f"; did you mean {close[0]!r}?" if close else "; mailcatch config lists them all"


def _text(option: Option, value: object) -> object:
    """Return a value as the environment would spell it; what cannot be one is refused when it is read."""
    if option.kind.repeatable:
        return [str(each) for each in value] if isinstance(value, list) else [str(value)]
    return value if option.kind.flag and isinstance(value, bool) else str(value)


def _found(path: Path) -> Settings:
    """Read the working directory's file: it may come with a clone, and so may not open or overwrite anything."""
    table = _read(path)
    values = _checked(path, table)
    by_key = {each.key: each for each in options()}
    ignored = {key for key, value in values.items() if not _harmless(by_key[key], value)}
    if "clear" in values and ("database" not in values or "database" in ignored):
        ignored.add("clear")  # it would empty a database that is not its own
    kept = {key: value for key, value in values.items() if key not in ignored}
    left_out = tuple(by_key[key].in_file for key in values if key in ignored)
    return Settings(path, kept, left_out, rules_of(str(path), table))


def _harmless(option: Option, value: object) -> bool:
    if option.table is not None and option.table[0] == "relay":  # a clone must not make mail leave the machine
        return False
    if option.name in {"host", "allow-host", "tls-cert", "tls-key", "tls-dir", "auth-file"}:
        return False
    try:
        if option.kind is LISTENERS and isinstance(value, list):
            return all(_is_loopback(option.kind.read(each)) for each in value)
        if option.name in {"database", "ready-file"}:
            return _is_inside(option.kind.read(str(value)))
        if option.name == "users":
            return isinstance(read := option.kind.read(str(value)), str) or _is_inside(read)
    except ValueError:
        pass  # reported with the other bad values
    return True


def _is_loopback(bind: Bind | None) -> bool:
    from ipaddress import ip_address

    if bind is None or bind.host is None or bind.host == "localhost":
        return True
    try:
        return ip_address(bind.host).is_loopback
    except ValueError:
        return False


def _is_inside(path: Path | None) -> bool:
    return path is None or path.resolve().is_relative_to(Path.cwd().resolve())
