"""docs/configuration.md: every option with its variable, key and default. `python -m mailcatch.cli.options_table`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from mailcatch.config import SECTIONS, Option, options_of

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"

HEAD = """\
# Configuration

<!-- Made by `python -m mailcatch.cli.options_table` from mailcatch/config.py: change it there. -->

Each option has one value and four spellings: on the command line (`--max-age 7d`), as an environment variable
(`MAILCATCH_MAX_AGE=7d`), in `mailcatch.toml` (`max-age = "7d"`), and in `mailcatch config`, which shows each value and
where it came from. The command line wins over the environment, that over the file, that over the default.

- **Sizes**: `50MiB`, `50M` (the same), `50MB` (50,000,000), or bytes. **Durations**: `300ms`, `30s`, `10m`, `2h`, `7d`,
  or seconds.
- **Listeners** are a port or `HOST:PORT`, IPv6 in brackets, or `off`; port 0 is any free port, and the ready line tells
  which. `any` as a host is `0.0.0.0` and `::`.
- **Repeatable** options are given more than once on the command line, separated by blanks in the environment, as a list
  in the file.
- **Flags** are `--open` and `--no-open`, `1` and `0` in the environment, `true` and `false` in the file.
- A limit is lifted by `none`.

"""

FOOT = """\
## The file

`--config FILE` (or `MAILCATCH_CONFIG`) names it; else `./mailcatch.toml` is read, else `mailcatch.toml` in your
platform's configuration directory. It is flat, with the options' spelling; only relay has tables:

```toml
smtp = ["1025", "127.0.0.1:2525"]
max-messages = 5000
max-age = "7d"

[relay]
enabled = true
allow = ["@example.com"]

[relay.limits]
per_hour = 5
```

Two kinds of tables stand after the options. `[[inbox]]` makes an inbox at the start, and mail goes there from clients
that greet so (`helo`, where `*` stands for anything) or come from there (`client`, an address or network), unless a
login, the header `X-Mailcatch-Inbox` or a recipient says otherwise. `[[tag]]` gives a tag to mail that matches a query,
in the language of the search box, when it arrives:

```toml
[[inbox]]
name = "ci"
label = "Builds"
helo = "runner-*.ci.example"
client = ["172.18.0.0/16"]

[[tag]]
name = "billing"
query = "from:shop.example subject:invoice"
```

A key that is no option is refused, and the nearest name given. A file that merely lies in the working directory may
have come with a clone, so it may not set relay, `host`, `allow-host`, the files of TLS and of the users, a listener
that is not loopback, nor a database or ready file outside of that directory, nor clear a database that is not its own.
One line says what was ignored; `--config mailcatch.toml` means it.

## Where the commands look

The client commands find the server by `--url`, else `MAILCATCH_URL` (which may carry `user:password@` and a prefix),
else where `serve` would listen with the configuration of this directory, else `http://localhost:8025`. What they do,
and their exit codes: [commands.md](commands.md).

## In a container

`mailcatch config --env` prints all of this as the `environment` of a compose service, with what is set already.
"""

_TITLES = {
    "process": "The process",
    "smtp": "SMTP",
    "http": "Inbox and API",
    "pop3": "POP3",
    "imap": "IMAP",
    "tls": "TLS",
    "auth": "Logging in",
    "recipients": "Recipients",
    "inboxes": "Inboxes",
    "relay": "Relay",
    "store": "The database",
}


def page() -> str:
    """Return the whole page."""
    return HEAD + "".join(_tables()) + FOOT


def _tables() -> Iterator[str]:
    seen: set[str] = set()
    for name, section in SECTIONS.items():
        yield f"## {_TITLES[name]}\n\n| option | default | meaning | variable, key |\n|---|---|---|---|\n"
        for option in options_of(section):
            if option.name not in seen:
                seen.add(option.name)
                yield _row(option)
        yield "\n"


def _row(option: Option) -> str:
    form = f"{option.flag} {option.kind.metavar}".strip().replace("|", r"\|")
    spelt = f"`{form}`" + (f", `{option.short}`" if option.short else "") + (", repeatable" * option.kind.repeatable)
    if option.spelling != "all":
        spelt = "in the file only" if option.spelling == "file" else "in the environment only"
    default = option.fallback or (f"`{shown}`" if (shown := option.shown(option.default)) else "")
    return f"| {spelt} | {default} | {option.help} | {', '.join(_elsewhere(option))} |\n"


def _elsewhere(option: Option) -> Iterator[str]:
    if option.spelling != "file":
        yield f"`{option.variable}`"
    if option.spelling != "environment":
        yield f"`{option.in_file}`"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"{PAGE} written\n")


if __name__ == "__main__":
    main()
