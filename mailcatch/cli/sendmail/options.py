"""sendmail's command line: what it means for us, and what is taken and ignored as everyone else's sendmail is given it.

The letters are those of sendmail(8) of Sendmail, Postfix and Exim together; a caller may use any of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailcatch.cli.sendmail.codes import USAGE, Failed

USAGE_LINE = "usage: mailcatch-sendmail [-t] [-i] [-f ADDRESS] [-F NAME] [-S HOST:PORT] [-bs | -bm] [RECIPIENT]..."

_WITH_VALUE = frozenset("ABCDFfrhLMNOopRSVX")
_MAYBE_WITH_VALUE = frozenset("deqbI")  # only in the same word, as in -q30m
_ALONE = frozenset("tivGnmcsUxE")
_SMTP_ADDRESS = "--smtp-addr"  # the spelling of other sinks' sendmails
_DOTS_ARE_TEXT = {("o", "i"), ("O", "ignoredots"), ("O", "ignoredots=true")}
_MODES = {"m": "deliver", "s": "dialogue", "p": "queue", "i": "aliases"}


@dataclass(slots=True)
class Options:
    """What was asked for."""

    mode: str = "deliver"
    from_header: bool = False  # -t: recipients stand in the message
    dots_are_text: bool = False  # -i: a line with only a dot does not end the message
    sender: str | None = None
    full_name: str | None = None
    smtp: str | None = None
    help: bool = False
    recipients: list[str] = field(default_factory=list)


def read(words: Sequence[str]) -> Options:
    """Read the arguments. Raises Failed (64)."""
    options = Options()
    rest = iter(words)
    for word in rest:
        if word == "--":
            options.recipients += rest
        elif word in {"--help", "-?"}:
            options.help = True
        elif word.startswith("--"):
            _long(options, word, rest)
        elif word.startswith("-") and word != "-":
            _cluster(options, word[1:], rest)
        else:
            options.recipients.append(word)
    return options


def _long(options: Options, word: str, rest: Iterator[str]) -> None:
    name, equals, value = word.partition("=")
    if name != _SMTP_ADDRESS:
        raise Failed(USAGE, f"there is no option {word}; {USAGE_LINE}")
    options.smtp = value if equals else _next(word, rest)


def _cluster(options: Options, letters: str, rest: Iterator[str]) -> None:
    """Read one word of letters, such as -ti or -fann@x.test."""
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter in _ALONE:
            _flag(options, letter)
            continue
        if letter not in _WITH_VALUE and letter not in _MAYBE_WITH_VALUE:
            raise Failed(USAGE, f"there is no option -{letter}; {USAGE_LINE}")
        value = letters if letters or letter in _MAYBE_WITH_VALUE else _next(f"-{letter}", rest)
        _value(options, letter, value)
        return


def _next(option: str, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None:
        raise Failed(USAGE, f"{option} wants a value; {USAGE_LINE}")
    return value


def _flag(options: Options, letter: str) -> None:
    if letter == "t":
        options.from_header = True
    elif letter == "i":
        options.dots_are_text = True


def _value(options: Options, letter: str, value: str) -> None:
    if letter in "fr":
        options.sender = value
    elif letter == "F":
        options.full_name = value
    elif letter == "S":
        options.smtp = value
    elif (letter, value.lower().replace(" ", "")) in _DOTS_ARE_TEXT:
        options.dots_are_text = True
    elif letter == "b":
        if value not in _MODES:
            raise Failed(USAGE, f"-b{value} is for a mail server; this only sends: -bm or -bs; {USAGE_LINE}")
        options.mode = _MODES[value]
