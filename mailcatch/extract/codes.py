"""One-time codes: what looks like one, and how sure that is, with the reasons.

Every piece of digits, or of letters and digits, that is long enough is a candidate. What stands around it speaks for or
against it; nothing else does, so that a test can read why.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailcatch.extract.page import CELL, page_of
from mailcatch.extract.source import Source
from mailcatch.extract.words import (
    AGAINST,
    CODE,
    MONEY,
    MONTHS,
    NUMBER_SIGN,
    PHONE,
    SENTENCE,
    UNIT,
    folded,
    pattern,
)

MOST = 20
"""Codes that are given."""

MOST_LINES = 2_000
LONGEST_LINE = 2_000
"""Characters of a line that are looked at."""

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_QUOTED = re.compile(r"^\s*>")
_CANDIDATE = re.compile(
    r"(?<![\w@/.&=%#$€£¥₹+-])(?<![\d][ ,.:])"
    r"(?:"
    r"(?P<prefixed>[A-Z]{1,3}-\d{4,8})"
    r"|(?P<spaced>[0-9A-Z](?:[ \x1f][0-9A-Z]){3,9})"
    r"|(?P<grouped>\d{2,5}(?:[ \x1f\u2010-\u2015-]\d{2,5}){1,3})"
    r"|(?P<mixedgroups>(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9]{3,5}(?:-[A-Z0-9]{3,5}){1,2})"
    r"|(?P<digits>\d{4,10})"
    r"|(?P<mixed>(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{4,10})"
    r")"
    r"(?![\w@/%°€£$¥=&-])(?![.,:]\d)"
)
_URL = re.compile(r"\S*(?:://|www\.)\S*|\S+@\S+|\S+\.(?:com|org|net|io|test|example|de|fr)\b\S*", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_AROUND = " .:*-\u2013\u2014|()[]\"'"
_UNIT = pattern(UNIT)
_MONEY = pattern(MONEY)
_PHONE = pattern(PHONE)
_NUMBER_SIGN = pattern(NUMBER_SIGN)

_CODE = pattern(CODE)
_AGAINST = pattern(AGAINST)
_MONTHS = pattern(MONTHS)
_SENTENCE = pattern(SENTENCE)


@dataclass(frozen=True, slots=True)
class Code:
    """A candidate: its value without what groups it, how sure it is (0 to 1), why, and the line that it stands in."""

    value: str
    confidence: float
    why: tuple[str, ...]
    context: str


@dataclass(slots=True)
class _Text:
    """Lines of a text with what stands out among them; `weight` is less for what is attached."""

    lines: list[str]
    strong: frozenset[str] = frozenset()
    weight: float = 1.0
    folded: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folded = [folded(line.replace(CELL, " ")) for line in self.lines]


@dataclass(slots=True)
class _Spot:
    """A candidate where it stands; `before` and `after` are folded, `why` is what has been found out."""

    text: _Text
    number: int
    kind: str
    value: str
    before: str
    after: str
    subject: str
    why: list[str] = field(default_factory=list)

    @property
    def named(self) -> bool:
        """Whether a word near it names a code."""
        return any(reason.startswith(("after", "below", "before", "above", "the subject")) for reason in self.why)


def codes(source: Source) -> list[Code]:
    """Return the codes of a mail, the likeliest first."""
    best: dict[str, Code] = {}
    subject = _clean(source.subject)
    for text in _texts(source, 1.0):
        for code in _found(text, subject):
            known = best.get(code.value)
            if known is None or known.confidence < code.confidence:
                best[code.value] = code
    return sorted(best.values(), key=lambda code: -code.confidence)[:MOST]


def _texts(source: Source, weight: float) -> Iterator[_Text]:
    if source.subject:
        yield _Text([_clean(source.subject)], weight=weight)
    if source.html is not None:
        page = page_of(source.html)
        strong = frozenset(_bare(each) for each in page.strong)
        yield _Text([_clean(line) for line in page.lines[:MOST_LINES]], strong, weight)
    if source.plain:
        yield _Text(list(_paragraphs(source.plain)), weight=weight)
    for each in source.attached:
        yield from _texts(each, weight * 0.8)


def _paragraphs(plain: str) -> Iterator[str]:
    for line in plain.splitlines()[:MOST_LINES]:
        if line.strip() and not _QUOTED.match(line):
            yield _clean(line).strip(" \t*_|")


def _clean(line: str) -> str:
    """Bring a line into one form: full-width digits are digits, invisible characters are none, a blank is a blank."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", line[:LONGEST_LINE]))
    return re.sub(r"[^\S\x1f]+", " ", text).strip(" " + CELL)


def _bare(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", _clean(text))


def _found(text: _Text, subject: str) -> Iterator[Code]:
    for number, line in enumerate(text.lines):
        masked = _URL.sub(lambda match: "@" * len(match[0]), line)
        for match in _CANDIDATE.finditer(masked):
            if (code := _judged(text, number, line, match, subject)) is not None:
                yield code


def _judged(text: _Text, number: int, line: str, match: re.Match[str], subject: str) -> Code | None:
    kind, shown = str(match.lastgroup), match[0]
    value = _value(kind, shown)
    if value is None:
        return None
    before, after = folded(line[: match.start()].replace(CELL, " ")), folded(line[match.end() :].replace(CELL, " "))
    spot = _Spot(text, number, kind, value, before, after, subject)
    score = 0.05 + _near(spot) + _place(spot, line, match) + _form(spot)
    score -= sum(points for points, _ in _against(spot, line[: match.start()]))
    confidence = round(max(0.0, min(0.99, score * text.weight)), 2)
    return Code(value, confidence, tuple(spot.why), " ".join(line.replace(CELL, " ").split())[:200])


def _value(kind: str, shown: str) -> str | None:
    """Return the characters of a code, None of what cannot be one."""
    bare = re.sub(r"[^0-9A-Za-z]", "", shown)
    if not 4 <= len(bare) <= 10:
        return None
    if kind == "mixedgroups":
        return shown
    if kind == "prefixed":
        return shown
    if kind == "spaced" and bare.isalpha():
        return None
    if kind == "mixed" and not _like_a_code(bare):
        return None
    return bare


def _like_a_code(bare: str) -> bool:
    """Tell a code from a word with a number: `A7K92Q` and `x7f3q9`, not `mp3player`, `2nd` or `1200px`."""
    if re.fullmatch(r"\d+[a-zA-Z]{1,2}|[a-z]{3,}\d{1,2}|[A-Z][a-z]+\d+|\d+[a-z]{3,}", bare):
        return False
    return (
        bare.isupper()
        or (bare.islower() and len(re.findall(r"\d", bare)) >= 2 and len(bare) >= 5)
        or (len(re.findall(r"[A-Z]", bare)) >= 2 and len(bare) >= 6)
    )


def _near(spot: _Spot) -> float:
    """Return what words around it say: on its line, else on the lines before, else right after, else in the subject."""
    here = _last(_CODE, spot.before)
    if here is not None:
        gap = len(spot.before) - here.end()
        spot.why.append(f"after {here[0].strip()!r}")
        return 0.55 if gap <= 30 else 0.45 if gap <= 80 else 0.3
    if (match := _CODE.search(spot.after)) is not None and match.start() <= 60:
        spot.why.append(f"before {match[0].strip()!r}")
        return 0.5
    lines, number = spot.text.folded, spot.number
    for back in range(1, min(number, 4) + 1):
        if (match := _last(_CODE, lines[number - back])) is not None:
            spot.why.append(f"below {match[0].strip()!r}")
            return 0.5 - 0.05 * (back - 1)
    for line in lines[number + 1 : number + 3]:
        if (match := _CODE.search(line)) is not None:
            spot.why.append(f"above {match[0].strip()!r}")
            return 0.3
    if (match := _CODE.search(folded(spot.subject))) is not None:
        spot.why.append(f"the subject says {match[0].strip()!r}")
        return 0.3
    return 0.0


def _last(what: re.Pattern[str], line: str) -> re.Match[str] | None:
    found = None
    for found in what.finditer(line):  # noqa: B007 - the last one is wanted
        pass
    return found


def _place(spot: _Spot, line: str, match: re.Match[str]) -> float:
    score, rest = 0.0, (line[: match.start()] + line[match.end() :]).replace(CELL, "").strip(_AROUND)
    bare = spot.value.replace("-", "")
    if not rest:
        spot.why.append("on a line of its own")
        score += 0.25
    if bare in spot.text.strong:
        spot.why.append("it stands out")
        score += 0.15
    if line != spot.subject and bare in re.sub(r"[ -]", "", spot.subject):
        spot.why.append("it is in the subject too")
        score += 0.2
    return score


def _form(spot: _Spot) -> float:
    if spot.kind in ("digits", "grouped", "spaced") and len(spot.value) == 6 and spot.value.isdigit():
        spot.why.append("six digits")
        return 0.12
    if spot.kind == "prefixed":
        spot.why.append("a letter and digits")
        return 0.1
    return 0.05 if spot.kind == "spaced" else 0.0


def _against(spot: _Spot, raw: str) -> list[tuple[float, str]]:
    """Return what speaks against it: how much, and why."""
    found = [*_names_another(spot), *_measures(spot, raw), *_shapes_like_another(spot)]
    if spot.kind in ("mixed", "mixedgroups") and not spot.named:
        found.append((0.2, "no word says so"))
    if len(spot.before) > 40 and len(spot.after) > 60 and not _SENTENCE.search(spot.before):
        found.append((0.1, "amid a sentence"))
    spot.why.extend([reason for _, reason in found])
    return found


def _names_another(spot: _Spot) -> Iterator[tuple[float, str]]:
    near = f"{spot.before[-60:]} | {spot.after[:25]}"
    above = spot.text.folded[spot.number - 1] if spot.number and not spot.before.strip(" :.-") else ""
    match = _AGAINST.search(near) or _AGAINST.search(above[-60:])
    if match is not None:
        yield 0.6, f"near {match[0].strip()!r}"
    elif _NUMBER_SIGN.search(spot.before) and not _CODE.search(spot.before[-40:]):
        yield 0.4, "a number of something"


def _measures(spot: _Spot, raw: str) -> Iterator[tuple[float, str]]:
    if _UNIT.match(spot.after) and not raw.endswith(CELL):
        yield 0.5, "an amount"
    if _MONEY.search(spot.before):
        yield 0.5, "a price"
    if _PHONE.search(spot.before[-30:]):
        yield 0.5, "a telephone number"
    if _MONTHS.search(f"{spot.before[-15:]} {spot.after[:12]}") and "six digits" not in spot.why:
        yield 0.5, "a date"


def _shapes_like_another(spot: _Spot) -> Iterator[tuple[float, str]]:
    value, kind = spot.value, spot.kind
    if _YEAR.fullmatch(value) and not {"on a line of its own", "it stands out"} & set(spot.why):
        yield 0.6, "a year"
    if kind in ("grouped", "digits") and len(value) == 10:
        yield 0.25, "as long as a telephone number"
    if kind == "digits" and len(value) == 9:
        yield 0.1, "long"
