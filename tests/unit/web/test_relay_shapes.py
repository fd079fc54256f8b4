"""The shapes of requests: what they refuse."""

from __future__ import annotations

import msgspec
import pytest

from mailcatch.web.relay_shapes import JobAct, OneAddress, Release


@pytest.mark.parametrize(
    ("kind", "text"),
    [(Release, b'{"to": []}'), (Release, b'{"to": ["a@x"], "port": 25}'), (OneAddress, b'{"address": ""}'),
     (OneAddress, b'{"address": "a@x.test", "host": "127.0.0.1"}')],
)  # fmt: skip
def test_no_host_and_no_port_can_be_asked_for(kind: type[msgspec.Struct], text: bytes):
    """Where mail goes is the configuration's to say and the DNS's."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=kind)


def test_an_act_without_names_is_about_all():
    """The list may be left out."""
    assert msgspec.json.decode(b"{}", type=JobAct).to == []
