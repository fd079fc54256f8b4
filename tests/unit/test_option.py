"""One option in its spellings."""

from __future__ import annotations

from mailcatch.kinds import FLAG, HOSTS, LISTENERS, NUMBER
from mailcatch.option import Option, option


def made(**values: object) -> Option:
    return Option(field="each", name="max-each", help="", default=None, **{"kind": NUMBER, **values})  # type: ignore[arg-type]


def test_spellings():
    """The name gives the flag, the key in Python, the variable and the place in the file."""
    each = made()
    assert (each.flag, each.key, each.variable, each.in_file) == (
        "--max-each",
        "max_each",
        "MAILCATCH_MAX_EACH",
        "max-each",
    )
    assert made(table=("relay", "dns", "port")).in_file == "[relay.dns] port"


def test_shown():
    """Values are shown as the environment spells them, secrets as stars."""
    assert made(kind=FLAG).shown(True) == "on"
    assert made(kind=HOSTS).shown(("a.test", "b.test")) == "a.test b.test"
    assert made(kind=LISTENERS).shown(()) == "off"
    assert (made(secret=True).shown("word"), made(secret=True).shown(None)) == ("***", "")


def test_metadata():
    """What a field is given is what its option is made of."""
    assert option(NUMBER, "how many", name="n")["name"] == "n"
