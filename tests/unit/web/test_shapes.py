"""mailcatch.web.shapes: names and strictness."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from mailcatch import control, model
from mailcatch.store import api
from mailcatch.web import about, shapes


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (shapes.Summary, model.Summary),
        (shapes.Envelope, model.Envelope),
        (shapes.Event, model.Event),
        (shapes.TranscriptLine, model.TranscriptLine),
        (shapes.Header, model.Header),
        (shapes.Address, model.Address),
        (about.Limits, control.Limits),
        (about.Port, model.Listener),
    ],
)
def test_one_thing_has_one_name(shape: type[msgspec.Struct], value: type) -> None:
    """What a value of ours is called, its JSON is called."""
    own = msgspec.structs.fields if issubclass(value, msgspec.Struct) else dataclasses.fields
    names = {field.name.rstrip("_") for field in own(value)}  # type: ignore[operator] # two kinds of fields
    assert {field.encode_name for field in msgspec.structs.fields(shape)} == names


def test_counts_have_every_number() -> None:
    """Of those the store gives."""
    assert {field.name for field in dataclasses.fields(api.Counts)} - {"seq"} | {"cursor"} == set(
        shapes.Counts.__struct_fields__
    )


@pytest.mark.parametrize("kind", [shapes.Patch, shapes.Tags, shapes.Compose, shapes.NewHeader, shapes.NewAttachment])
def test_unknown_fields_are_refused(kind: type[msgspec.Struct]) -> None:
    """In every body, at every depth."""
    with pytest.raises(msgspec.ValidationError, match="unknown"):
        msgspec.json.decode(b'{"nope": 1}', type=kind)


def test_hello_is_an_event_of_its_own() -> None:
    """Its kind is `hello`."""
    assert msgspec.json.decode(msgspec.json.encode(shapes.Hello("a.1", "0", False))) == {
        "kind": "hello",
        "cursor": "a.1",
        "version": "0",
        "gap": False,
    }
