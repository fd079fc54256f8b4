"""Which sink sendmail's mail goes to."""

from __future__ import annotations

import os

from mailcatch.cli.sendmail.codes import TRY_AGAIN, USAGE, Failed

HOST, PORT = "localhost", 1025
"""Where mailcatch takes mail if nobody has said otherwise."""


def target(said: str | None) -> tuple[str, int]:
    """Return host and port: of -S; of the server at MAILCATCH_URL; of the configuration, else localhost:1025.

    SMTP_HOST and the like are not asked: they may name a server that delivers. Raises Failed (64, 75).
    """
    if said is not None:
        return _read(said)
    if not any(name.startswith("MAILCATCH_") for name in os.environ) and not _has_file():
        return HOST, PORT  # nearly always; all else takes longer than the mail
    import click

    from mailcatch.cli.send import target as found
    from mailcatch.cli.server import Place
    from mailcatch.errors import MailcatchError

    try:
        return found(Place(os.environ.get("MAILCATCH_URL"), os.environ.get("MAILCATCH_CONFIG")), None)
    except click.UsageError as error:
        raise Failed(USAGE, error.format_message()) from error
    except click.ClickException as error:
        raise Failed(TRY_AGAIN, error.format_message()) from error
    except MailcatchError as error:
        raise Failed(USAGE, str(error)) from error


def _has_file() -> bool:
    from platformdirs import user_config_path

    folders = ("", str(user_config_path("mailcatch", appauthor=False)))
    return any(os.path.exists(os.path.join(folder, "mailcatch.toml")) for folder in folders)  # noqa: PTH110, PTH118


def _read(text: str) -> tuple[str, int]:
    """Read HOST:PORT, [IPv6]:PORT, HOST or PORT."""
    host, colon, port = text.rpartition(":")
    if text.startswith("[") and text.endswith("]"):
        host, port = text, str(PORT)
    elif not colon:
        host, port = (HOST, text) if text.isdecimal() else (text, str(PORT))
    if not port.isdecimal() or not 0 < int(port) < 65536 or not host:
        raise Failed(USAGE, f"-S: {text!r} is not possible: give HOST:PORT")
    return host.strip("[]"), int(port)
