"""`mailcatch serve`: what it hands to the server. The running process is tests/e2e's."""

from pathlib import Path

import pytest

from mailcatch import app
from mailcatch.config import Bind, Config
from tests.unit.cli.conftest import Command


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Config]:
    """Collect what would be served."""
    found: list[Config] = []

    def run(config: Config, announce: object) -> int:
        found.append(config)
        return 0

    monkeypatch.setattr(app, "run", run)
    return found


@pytest.mark.parametrize("words", [[], ["serve"]])
def test_options_become_the_configuration(command: Command, served: list[Config], words: list[str]):
    """With `serve` and without."""
    assert command(*words, "--smtp", "0", "--database", ":temp:", "--max-age", "30s", "-q").code == 0
    (config,) = served
    assert config.smtp.listen == (Bind(None, 0),)
    assert (config.store.database, config.store.max_age, config.process.quiet) == (None, 30, True)


def test_what_a_found_file_may_not_say_is_told(command: Command, served: list[Config], here: Path):
    """One line, and it serves without that."""
    (here / "mailcatch.toml").write_text('host = "any"\nmax-messages = 5')
    result = command("serve")
    assert "ignored in mailcatch.toml: host" in result.err
    assert (served[0].process.host, served[0].store.max_messages) == ("localhost", 5)
