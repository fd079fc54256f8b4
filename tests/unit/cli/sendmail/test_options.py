"""sendmail's command line."""

import pytest

from mailcatch.cli.sendmail.codes import Failed
from mailcatch.cli.sendmail.options import Options, read


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("-t -i", Options(from_header=True, dots_are_text=True)),
        ("-ti", Options(from_header=True, dots_are_text=True)),
        ("-t -oi -oem -odb -om", Options(from_header=True, dots_are_text=True)),
        ("-it -fapp@x.test", Options(from_header=True, dots_are_text=True, sender="app@x.test")),
        ("-f app@x.test bob@x.test", Options(sender="app@x.test", recipients=["bob@x.test"])),
        ("-r app@x.test -FApp -t", Options(sender="app@x.test", full_name="App", from_header=True)),
        ("-S localhost:2525 a b", Options(smtp="localhost:2525", recipients=["a", "b"])),
        ("-S:2525 a", Options(smtp=":2525", recipients=["a"])),
        ("--smtp-addr=x:1 a", Options(smtp="x:1", recipients=["a"])),
        ("--smtp-addr x:1 a", Options(smtp="x:1", recipients=["a"])),
        ("-bs", Options(mode="dialogue")),
        ("-bm a", Options(recipients=["a"])),
        ("-bp", Options(mode="queue")),
        ("-N never -R hdrs -V id -O IgnoreDots=true -B8BITMIME a", Options(dots_are_text=True, recipients=["a"])),
        ("-O Timeout.queuereturn=1h -q30m -v -U -G -n -Ac -d0.1 -h 3 -X log a", Options(recipients=["a"])),
        ("a -t", Options(from_header=True, recipients=["a"])),
        ("-i -- -t", Options(dots_are_text=True, recipients=["-t"])),
        ("--help", Options(help=True)),
    ],
)
def test_as_other_sendmails_read_it(words: str, expected: Options):
    """Letters together or apart, values in the same word or the next; what does nothing here is taken."""
    assert read(words.split()) == expected


@pytest.mark.parametrize("words", ["-f", "-S", "-bd", "-bt", "-b", "-Y", "--smtp-addr", "--version", "-tZ"])
def test_what_is_no_option(words: str):
    """EX_USAGE, and how it is meant."""
    with pytest.raises(Failed, match="usage: ") as failed:
        read(words.split())
    assert failed.value.code == 64


def test_an_empty_sender_is_the_null_one():
    """`-f ''` is what bounces are sent with."""
    assert read(["-f", "", "a"]).sender == ""
