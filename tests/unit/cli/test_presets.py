"""The names that frameworks read."""

import pytest

from mailcatch.cli.presets import PRESETS, common, environment, smtp_url
from mailcatch.cli.private import Address

HERE = Address("127.0.0.1", 2525, "http://127.0.0.1:8025")


def test_what_every_command_is_given():
    """Four names."""
    assert environment(HERE, None) == {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": "2525",
        "SMTP_URL": "smtp://127.0.0.1:2525",
        "MAILCATCH_URL": "http://127.0.0.1:8025",
    }


@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_adds_to_the_common_names(preset: str):
    """Text all through, the port somewhere among it, and nothing of a server that delivers is left on."""
    names = environment(HERE, preset)
    assert dict(common(HERE)).items() <= names.items()
    assert any("2525" in value for name, value in names.items() if name not in common(HERE)) or preset == "rails"
    assert all(names[name] in {"", "null"} for name in names if name.endswith(("PASSWORD", "USE_TLS", "ENCRYPTION")))


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("django", {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": "2525", "EMAIL_USE_TLS": ""}),
        ("laravel", {"MAIL_MAILER": "smtp", "MAIL_HOST": "127.0.0.1", "MAIL_PORT": "2525", "MAIL_ENCRYPTION": "null"}),
        ("rails", {"SMTP_ADDRESS": "127.0.0.1", "SMTP_PORT": "2525"}),
        ("node", {"EMAIL_SERVER": "smtp://127.0.0.1:2525"}),
        ("symfony", {"MAILER_DSN": "smtp://127.0.0.1:2525"}),
    ],
)
def test_some_in_full(preset: str, expected: dict[str, str]):
    """What the frameworks' own pages name."""
    assert expected.items() <= environment(HERE, preset).items()


def test_a_url_of_ipv6():
    """In brackets."""
    assert smtp_url(Address("::1", 25, "")) == "smtp://[::1]:25"
