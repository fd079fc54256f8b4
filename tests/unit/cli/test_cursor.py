"""`mailcatch cursor`: where the log is."""

from collections.abc import Callable

from tests.unit.cli.conftest import Command


def test_it_moves_with_each_mail(command: Command, url: str, deliver: Callable[..., str]):
    """One line, and nothing else."""
    before = command("cursor")
    deliver()
    after = command("cursor")
    assert (before.code, before.err) == (0, "")
    (epoch, seq), (same, later) = before.out.strip().split("."), after.out.strip().split(".")
    assert epoch == same
    assert int(later) > int(seq)
