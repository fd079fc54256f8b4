"""The configuration file: found, checked, and not trusted when it merely lies around."""

from pathlib import Path

import pytest

from mailcatch.cli.settings import Settings, common_file, load
from mailcatch.errors import ConfigError


@pytest.fixture
def file(here: Path) -> Path:
    return here / "mailcatch.toml"


def test_no_file_is_no_settings(here: Path):
    """Nothing found, nothing set."""
    assert Settings() == load(None)


def test_a_flat_file_with_the_options_spelling(file: Path):
    """Numbers, texts, booleans and lists become what the environment would say."""
    file.write_text('max-messages = 5\nmax-age = "7d"\nopen = true\nsmtp = ["1025", "127.0.0.1:2525"]\nhttp = 8080\n')
    assert load(None).values == {
        "max_messages": "5",
        "max_age": "7d",
        "open": True,
        "smtp": ["1025", "127.0.0.1:2525"],
        "http": ["8080"],
    }


def test_the_users_own_file_is_the_second_choice(file: Path):
    """It counts where the working directory has none, and may set everything."""
    common = common_file()
    common.parent.mkdir(parents=True)
    common.write_text('host = "any"\n')
    assert (load(None).values, load(None).ignored) == ({"host": "any"}, ())
    file.write_text("max-messages = 5\n")
    assert load(None).values == {"max_messages": "5"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("max-mesages = 5", "there is no option 'max-mesages'; did you mean 'max-messages'?"),
        ("max_messages = 5", "did you mean 'max-messages'?"),
        ("relay = true", "there is no option 'relay'"),
        ("[smtp]\nlisten = 5\n[zzz]", "there is no option 'zzz'"),
        ("max-messages 5", "is no TOML: Expected '='"),
        ('max-messages = "5', "is no TOML"),
    ],
)
def test_a_mistake_names_the_file_and_the_nearest_key(file: Path, text: str, expected: str):
    """What is no option, or no TOML, is refused."""
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"^mailcatch\.toml") as raised:
        load(None)
    assert expected in str(raised.value)


def test_a_named_file_must_be_there():
    """--config names a file that can be read."""
    with pytest.raises(ConfigError, match=r"^--config: none\.toml cannot be read: No such file"):
        load("none.toml")


FORBIDDEN = [
    ('host = "any"', ("host",)),
    ('host = "127.0.0.1"', ("host",)),
    ('smtp = ["0.0.0.0:1025"]', ("smtp",)),
    ('http = ["8025", "any:8025"]', ("http",)),
    ('smtp = ["192.168.1.5:1025"]', ("smtp",)),
    ('smtp = ["evil.example:1025"]', ("smtp",)),
    ('allow-host = ["evil.example"]', ("allow-host",)),
    ('imaps = ["0.0.0.0:1993"]', ("imaps",)),
    ('tls-cert = "own.pem"\ntls-key = "key.pem"', ("tls-cert", "tls-key")),
    ('tls-dir = "tls"', ("tls-dir",)),
    ('auth-file = "users"', ("auth-file",)),
    ('database = "/home/dev/mail.db"', ("database",)),
    ('database = "../mail.db"', ("database",)),
    ('ready-file = "/home/dev/.bashrc"', ("ready-file",)),
    ("clear = true", ("clear",)),
    ('clear = true\ndatabase = "~/mail.db"', ("clear", "database")),
]


@pytest.mark.parametrize(("text", "ignored"), FORBIDDEN)
def test_a_file_that_came_with_a_clone_opens_and_overwrites_nothing(file: Path, text: str, ignored: tuple[str, ...]):
    """One line says what was ignored and how to mean it; with --config everything counts."""
    file.write_text(text)
    found = load(None)
    assert (ignored, {}) == (found.ignored, {key: value for key, value in found.values.items() if key in ignored})
    assert found.note is not None
    assert all(name in found.note for name in ignored)
    assert "--config mailcatch.toml" in found.note
    assert load("mailcatch.toml").ignored == ()
    assert load("mailcatch.toml").note is None


@pytest.mark.parametrize(
    "text",
    [
        'smtp = ["127.0.0.1:1025", "[::1]:1025", "localhost:2525", "off"]',
        'database = "./mail.db"\nclear = true',
        'database = ":temp:"\nclear = true',
        'ready-file = "run/ready.json"',
        "max-messages = 5",
        "tls = true",
    ],
)
def test_what_harms_nobody_is_taken(file: Path, text: str):
    """A project may bring its own ports, limits and a database of its own."""
    file.write_text(text)
    assert load(None).ignored == ()


def test_a_link_does_not_lead_out(file: Path, here: Path, tmp_path: Path):
    """A path through a symbolic link is where it leads to."""
    (here / "out").symlink_to(tmp_path)
    file.write_text('database = "out/mail.db"')
    assert load(None).ignored == ("database",)
