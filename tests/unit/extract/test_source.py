"""What is extracted from."""

from mailcatch.extract.source import Source


def test_nothing_is_a_source_too() -> None:
    """A mail may be empty."""
    assert Source() == Source("", "", None, (), ())
