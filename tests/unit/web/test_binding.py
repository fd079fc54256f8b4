"""mailcatch.web.binding: parameters, bodies and errors."""

from __future__ import annotations

import io
import logging
from typing import Annotated, Literal

import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from mailcatch.errors import Overloaded
from mailcatch.web.binding import decode_body, decode_params, internal, read_bounded
from mailcatch.web.body import ChunkedBody, SizedBody
from mailcatch.web.problems import Problem
from tests.support.web import Client, Web


class Parameters(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Parameters of every kind."""

    from_: str = ""
    limit: Annotated[int, Meta(ge=1)] = 5
    flag: bool = False
    order: Literal["a", "b"] = "a"
    ids: Annotated[list[str], Meta(max_length=2)] | UnsetType = UNSET


def test_parameters_are_decoded() -> None:
    """By their types; lists by repeating."""
    assert decode_params(Parameters, "from=%C3%BC&limit=7&flag=true&order=b&ids=x&ids=y") == Parameters(
        "ü", 7, True, "b", ["x", "y"]
    )
    assert decode_params(Parameters, "from=") == Parameters()


@pytest.mark.parametrize(
    "query",
    [
        "form=x",
        "limit=0",
        "limit=",
        "limit=1.5",
        "flag=perhaps",
        "order=c",
        "limit=1&limit=1",
        "ids=1&ids=2&ids=3",
        "from=%ff",
    ],
)
def test_wrong_parameters(query: str) -> None:
    """Are a problem that names them."""
    with pytest.raises(Problem) as caught:
        decode_params(Parameters, query)
    assert caught.value.kind == "bad-parameter"


def test_a_near_miss_is_helped() -> None:
    """With the name that was meant."""
    with pytest.raises(Problem, match="Did you mean 'from'"):
        decode_params(Parameters, "form=x")


def test_too_many_parameters() -> None:
    """Are not even counted."""
    with pytest.raises(Problem):
        decode_params(Parameters, "&".join("from=x" for _ in range(5000)))


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b'{"limit": "5"}', b'{"x": 1}', b"[" * 100_000])
def test_wrong_bodies(raw: bytes) -> None:
    """Are strict: a number is no text, and nothing unknown is ignored."""
    with pytest.raises(Problem) as caught:
        decode_body(Parameters, raw)
    assert caught.value.kind == "bad-body"


def test_a_body_is_read_up_to_its_limit() -> None:
    """And no further."""
    source = io.BytesIO(b"x" * 1_000_000)
    body = SizedBody(source, 1_000_000, lambda: None, lambda: None)
    with pytest.raises(Problem):
        read_bounded(body, 1000, "It")
    assert source.tell() == 0
    source, unsaid = io.BytesIO(b"FFFFF\r\n" + b"x" * 1_000_000), lambda: None
    with pytest.raises(Problem):
        read_bounded(ChunkedBody(source, unsaid, unsaid), 1000, "It")
    assert source.tell() <= 1 << 17


def test_an_unforeseen_error_is_found_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """By the id that the client was told."""
    with caplog.at_level(logging.ERROR):
        problem = internal(ZeroDivisionError("x"), "somewhere")
    assert str(problem.members["id"]) in caplog.text
    assert "ZeroDivisionError" not in problem.body().decode()


def test_errors_become_answers(door: Web, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours by the table, others as 500 with an id."""

    def failing(error: Exception) -> object:
        def counts(self: object) -> None:
            raise error

        return counts

    monkeypatch.setattr(type(door.store), "counts", failing(Overloaded("full")))
    assert client.get("/v1/counts").problem == "busy"
    monkeypatch.setattr(type(door.store), "counts", failing(ZeroDivisionError()))
    answer = client.get("/v1/counts")
    assert (answer.status, answer.problem) == (500, "internal")
    assert answer.json()["id"] in answer.json()["detail"]
