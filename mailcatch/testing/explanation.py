"""Why no mail matched: the server's explanation as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any  # the server's JSON


@dataclass(frozen=True, slots=True)
class Leaf:
    """One criterion, judged on one message."""

    field: str
    operator: str
    expected: str
    actual: str | None
    passed: bool
    why: str | None


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A message that nearly matched."""

    id: str
    leaves: tuple[Leaf, ...]

    @property
    def failing(self) -> tuple[Leaf, ...]:
        """The criteria that it fails."""
        return tuple(leaf for leaf in self.leaves if not leaf.passed)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What came nearest, nearest first, and what SMTP saw; `text` is the same for people."""

    text: str
    criteria: tuple[Any, ...] = ()
    nearest: tuple[NearMiss, ...] = ()
    connections: int = 0
    accepted: int = 0
    rejected: tuple[Any, ...] = ()

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Explanation:
        """Return the explanation within an answer, or one that has the problem's words alone."""
        failed = [each for each in answer.get("results") or () if not each.get("passed") and each.get("explanation")]
        if failed:
            return cls._of_several(failed)
        found = answer.get("explanation")
        if not isinstance(found, Mapping):
            return cls(str(answer.get("detail") or "No mail matched."))
        smtp = found.get("smtp") or {}
        return cls(
            text=str(found.get("text", "")),
            criteria=tuple(found.get("criteria", ())),
            nearest=tuple(_near(each) for each in found.get("nearest", ())),
            connections=int(smtp.get("connections", 0)),
            accepted=int(smtp.get("messages", 0)),
            rejected=tuple(smtp.get("rejected", ())),
        )

    @classmethod
    def _of_several(cls, failed: list[Mapping[str, Any]]) -> Explanation:
        """Return the first failure's explanation, with the words of all."""
        first = cls.of({"explanation": failed[0]["explanation"]})
        texts = [f"{each['name']}: {each['explanation']['text']}" for each in failed]
        return replace(first, text="\n".join(texts))


def _near(value: Mapping[str, Any]) -> NearMiss:
    return NearMiss(str(value["id"]), tuple(_leaf(each) for each in value.get("leaves", ())))


def _leaf(value: Mapping[str, Any]) -> Leaf:
    actual, why = value.get("actual"), value.get("why")
    return Leaf(
        field=str(value.get("field", "")),
        operator=str(value.get("operator", "")),
        expected=str(value.get("expected", "")),
        actual=None if actual is None else str(actual),
        passed=bool(value.get("passed")),
        why=None if why is None else str(why),
    )
