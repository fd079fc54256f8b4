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


RELAY = """
[relay]
enabled = true
allow = ["@example.com", "*.example.org"]
mx_port = 2525
[relay.dns]
servers = ["192.0.2.53"]
[relay.limits]
per_hour = 5
"""


def test_relay_has_tables(tmp_path: Path):
    """`[relay]` and those below it become the relay's options; dashes are taken for underscores."""
    path = tmp_path / "named.toml"
    path.write_text(RELAY + "per-day = 7\n")
    assert load(str(path)).values == {
        "relay": True,
        "relay_allow": ["@example.com", "*.example.org"],
        "relay_mx_port": "2525",
        "relay_dns_servers": ["192.0.2.53"],
        "relay_limits_per_hour": "5",
        "relay_limits_per_day": "7",
    }


def test_a_found_file_sets_nothing_of_relay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What may have come with a clone does not make mail leave; each key is named, and how to mean it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mailcatch.toml").write_text(RELAY)
    found = load(None)
    assert found.values == {}
    assert found.note is not None
    assert "[relay] enabled, [relay] allow" in found.note
    assert "--config mailcatch.toml" in found.note


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[relay]\nenable = true", "no option 'enable' in [relay]; did you mean 'enabled'?"),
        ("relay = true", "it is a table: write [relay]"),
        ("relay-allow = ['@x.test']", "did you mean [relay] allow?"),
        ("[relay.smarthost]\npassword = 'x'", "no option 'password' in [relay.smarthost]"),
        ("[relay.other]\nx = 1", "no option 'other' in [relay]"),
    ],
)
def test_mistakes_in_tables(tmp_path: Path, text: str, said: str):
    """A key that is none is named with its table, and what it may have meant."""
    path = tmp_path / "named.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as raised:
        load(str(path))
    assert said in str(raised.value)
