"""The page of all options is the one that the code would write."""

from pathlib import Path

from mailcatch.cli.options_table import page
from mailcatch.config import options

PAGE = Path(__file__).parents[3] / "docs" / "configuration.md"


def test_the_page_is_up_to_date():
    """Changed an option? Run `python -m mailcatch.cli.options_table`."""
    assert PAGE.read_text("utf-8") == page()


def test_every_option_is_on_it_once():
    """With its flag, its variable and its key."""
    text = page()
    for option in options():
        file, environment = f"`{option.in_file}`", f"`{option.variable}`"
        spelt = {"all": f"{environment}, {file}", "file": file, "environment": environment}[option.spelling]
        assert text.count(f"| {spelt} |") == 1
