"""What a wait prints of a mail."""

import pytest

from mailcatch.cli.errors import Ambiguous, Missing
from mailcatch.cli.printing import code, link
from tests.support.scripted import codes, links, message


def test_the_code():
    """The first that is likely one; with `strict` the only one."""
    two = message(codes=codes(c427913=0.9, c555555=0.6, c2026=0.1))
    assert code(two, strict=False) == "427913"
    with pytest.raises(Ambiguous, match="427913, 555555"):
        code(two, strict=True)
    assert code(message(codes=codes(c427913=0.9, c2026=0.1)), strict=True) == "427913"


def test_no_code_names_the_unlikely_ones():
    """A year is no code, but whoever looks for it should see it."""
    with pytest.raises(Missing, match=r"unlikely ones: 2026 \(0.10\)"):
        code(message(codes=codes(c2026=0.1)), strict=False)


def test_the_link():
    """An action first, else what can be followed; never how to unsubscribe."""
    action, other = links("https://x.test/confirm"), links("https://x.test/", kind="other")
    gone = links("https://x.test/unsubscribe", kind="unsubscribe")
    assert link(message(links=[*other, *action]), strict=True) == "https://x.test/confirm"
    assert link(message(links=[*gone, *other]), strict=True) == "https://x.test/"
    with pytest.raises(Missing):
        link(message(links=gone), strict=False)


def test_one_link_twice_is_one():
    """The button and the address below it."""
    assert link(message(links=links("https://x.test/a", "https://x.test/a")), strict=True) == "https://x.test/a"
    with pytest.raises(Ambiguous, match="2 links"):
        link(message(links=links("https://x.test/a", "https://x.test/b")), strict=True)
