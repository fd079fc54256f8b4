"""Options as they follow from the fields, what each takes, and the configuration made of them."""

import dataclasses
from pathlib import Path

import pytest

from mailcatch.config import SECTIONS, Bind, Config, Option, config_of, options, options_of

BY_NAME = {each.name: each for each in options()}


WRONG = [
    ("smtp", "70000"), ("smtp", "::1:25"), ("smtp", "localhost:"), ("smtp", "smtp"), ("smtp", ""), ("smtp", "-1"),
    ("max-messages", "many"), ("max-messages", "-1"), ("max-messages", "1.5"), ("max-age", "3x"), ("max-age", "1h2"),
    ("max-bytes", "50XB"), ("max-message-size", "0"), ("max-message-size", "none"), ("smtp-idle-timeout", "0"),
    ("smtp-max-recipients", "0"), ("host", "a b"), ("host", "http://x"), ("webroot", "mail"), ("webroot", "/a b"),
    ("webroot", "/a//b"), ("allow-host", "a:80"), ("allow-host", "*.x"), ("log-level", "loud"), ("log-format", "xml"),
    ("ready-file", ""), ("database", " "),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_what_is_wrong_is_said_with_what_would_be_right(name: str, text: str):
    """A bad value raises, and the text tells what to give instead."""
    with pytest.raises(ValueError, match=r"^give "):
        BY_NAME[name].kind.read(text)


@pytest.mark.parametrize("text", ["none", "off", "0", "NONE"])
@pytest.mark.parametrize("name", ["max-messages", "max-age", "max-bytes"])
def test_a_limit_can_be_lifted(name: str, text: str):
    """Three ways to say that there is no limit, shown as one."""
    assert BY_NAME[name].kind.read(text) is None
    assert BY_NAME[name].shown(None) == "none"


@pytest.mark.parametrize("option", options(), ids=lambda option: option.name)
def test_every_default_reads_back_as_it_is_shown(option: Option):
    """What `mailcatch config` prints can be pasted anywhere; an option without a value prints nothing."""
    shown = option.shown(option.default)
    if option.kind.flag or not shown:
        assert shown in {"", "on", "off"}
    elif option.kind.repeatable:
        assert option.default == option.gathered(tuple(map(option.kind.read, shown.split())))
    else:
        assert option.default == option.kind.read(shown)


@pytest.mark.parametrize("option", options(), ids=lambda option: option.name)
def test_one_value_has_four_spellings_from_one_field(option: Option):
    """Flag, variable, key and field say the same."""
    assert option.flag == f"--{option.name}"
    assert option.variable == "MAILCATCH_" + option.name.upper().replace("-", "_")
    assert option.key == option.name.replace("-", "_")
    assert option.help
    assert not option.help.endswith(".")


def test_every_field_of_every_section_is_an_option():
    """Nothing can be set in the code only."""
    for section in SECTIONS.values():
        assert [each.name for each in dataclasses.fields(section)] == [each.field for each in options_of(section)]


def test_an_option_of_two_sections_reaches_both():
    """The size limit is one option, of SMTP and of HTTP."""
    config = config_of({"max_message_size": 7, "smtp": (), "database": Path("/x.db")})
    assert (config.smtp.max_message_size, config.http.max_message_size) == (7, 7)
    assert ((), Path("/x.db")) == (config.smtp.listen, config.store.database)
    assert config.process == Config().process


def test_off_goes_alone():
    """`off` is no listener; beside one it is a mistake."""
    smtp = BY_NAME["smtp"]
    assert smtp.gathered((None,)) == ()
    assert smtp.shown(()) == "off"
    with pytest.raises(ValueError, match="off goes alone"):
        smtp.gathered((None, Bind(None, 25)))


def test_paths_are_absolute_and_know_the_home_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A database named relatively stays the same file whatever the working directory becomes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/dev")
    read = BY_NAME["database"].kind.read
    assert [tmp_path / "x.db", Path("/home/dev/x.db"), None] == [read("./x.db"), read("~/x.db"), read(":temp:")]
