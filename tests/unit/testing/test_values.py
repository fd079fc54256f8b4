"""The pieces of a message."""

from __future__ import annotations

import copy
import pickle

from mailcatch.testing.values import Address, Headers


def test_an_address_is_its_text_and_has_a_name() -> None:
    """It compares with plain text, and copies keep the name."""
    bob = Address("bob@x.test", "Bob")
    assert bob == "bob@x.test"
    assert bob in ("bob@x.test",)
    assert [each.name for each in (bob, copy.copy(bob), pickle.loads(pickle.dumps(bob)))] == ["Bob"] * 3


def test_headers_ignore_case_and_keep_repetitions() -> None:
    """A name gives the first field, `all` each."""
    headers = Headers((("Received", "1"), ("X-Run", "42"), ("received", "2")))
    assert (headers["RECEIVED"], headers.all("received"), len(headers)) == ("1", ("1", "2"), 2)
    assert "x-run" in headers
    assert dict(headers) == {"Received": "1", "X-Run": "42"}
    assert headers.get("absent") is None
