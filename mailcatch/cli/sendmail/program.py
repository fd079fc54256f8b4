"""`mailcatch-sendmail`: the program itself, without the command line's library."""

from __future__ import annotations

import os
import sys
import time

from mailcatch.cli.sendmail.codes import IO_ERROR, OK, SOFTWARE, TRY_AGAIN, Failed

TYPE_CHECKING = False  # typing's own, without its import
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from mailcatch.cli.sendmail.options import Options

NAME = "mailcatch-sendmail"


def main() -> NoReturn:
    """Be sendmail, with sysexits' exit code."""
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Do what the arguments say, and return the exit code; what goes wrong is one line on stderr."""
    try:
        return _run(words)
    except Failed as error:
        _say(str(error))
        return error.code
    except KeyboardInterrupt:
        return TRY_AGAIN
    except BrokenPipeError:
        return IO_ERROR
    except Exception as error:  # noqa: BLE001 - a caller knows sysexits' codes, not tracebacks
        _say(f"an error of our own: {error!r}")
        return SOFTWARE


def _run(words: Sequence[str]) -> int:
    from mailcatch.cli.sendmail.options import USAGE_LINE, read

    options = read(words)
    if options.help:
        sys.stdout.write(f"{USAGE_LINE}\n")
    elif options.mode == "queue":
        sys.stdout.write("Mail queue is empty\n")
    elif options.mode == "dialogue":
        from mailcatch.cli.sendmail.delivery import connect
        from mailcatch.cli.sendmail.dialogue import relay
        from mailcatch.cli.sendmail.target import target

        with connect(*target(options.smtp)) as server:
            relay(server)
    elif options.mode == "deliver":
        return _deliver(options)
    return OK


def _deliver(options: Options) -> int:
    """Send the message on standard input."""
    from mailcatch.cli.sendmail import message as messages
    from mailcatch.cli.sendmail.codes import code_of_reply
    from mailcatch.cli.sendmail.delivery import Delivery
    from mailcatch.cli.sendmail.envelope import recipients_of, sender_of
    from mailcatch.cli.sendmail.target import target

    data = sys.stdin.buffer.read()
    message = messages.parse(data if options.dots_are_text else messages.up_to_dot(data))
    sender, recipients = sender_of(options), recipients_of(options, message)
    whole = messages.completed(
        message.without(b"bcc", b"resent-bcc"),
        sender,
        options.full_name,
        now=time.time(),
        unique=f"{time.time_ns():x}.{os.urandom(8).hex()}",
    )
    with Delivery(*target(options.smtp)) as delivery:
        refused = delivery.send(sender, recipients, whole.raw)
    for address, reply in refused:
        _say(f"{address}: {reply}")
    return code_of_reply(refused[0][1].code, refused[0][1].text, recipient=True) if refused else OK


def _say(text: str) -> None:
    from mailcatch.cli.terminal import say

    say(f"{NAME}: {text}")


if __name__ == "__main__":
    main()
