"""The links of a mail and what each is for; the one that a reader is meant to follow comes first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal
from urllib.parse import unquote, urlsplit

from mailcatch.extract.page import Anchor, page_of
from mailcatch.extract.source import Source
from mailcatch.extract.words import ACTION, UNSUBSCRIBE, VIEW, folded, pattern

Element = Literal["a", "area", "form", "text", "header"]
Kind = Literal["action", "unsubscribe", "view", "mailto", "tel", "image", "other"]

MOST = 500
"""Links of one mail."""

TEXT = 512 << 10
"""Characters of plain text that are read."""

_URL = re.compile(r"(?:https?://|www\.(?=[a-z0-9]))[^\s<>\"'`\u3000-\u303f\uff08\uff09]{3,4096}", re.IGNORECASE)
_WRAPPED = re.compile(r"<\s*((?:https?://|mailto:)[^<>]{3,4096})>", re.IGNORECASE)
_AROUND = 100  # characters beside a URL that may say what it is for
_TRAILING = ".,;:!?*_'\"\u2026\u3002\uff0c\u300d\u3011"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_UNSUBSCRIBING = re.compile(r"<\s*([^<>]+)>")
_IMAGE = re.compile(r"\.(?:png|gif|jpe?g|webp|svg|ico|bmp)\Z", re.IGNORECASE)

_ACTION_URL = (
    r"confirm|verif|activat|reset|recover|magic|signin|sign-in|sign_in|login|log-in|auth|token|accept|invit|join|approv"
    r"|password|passwd|onboard|welcome|callback|otp|validat|oneclick|one-time|onetime|session|register|signup|pay"
)
_MINOR = re.compile(
    r"privacy|terms|help|support|contact|about|imprint|impressum|datenschutz|faq|legal|polic|blog|facebook|twitter"
    r"|instagram|linkedin|youtube|x\.com/|app ?store|play\.google|apps\.apple|preferences|settings|hilfe|kontakt|aide"
    r"|ayuda|aiuto|ajuda|home ?page|report (?:this|abuse)",
    re.IGNORECASE,
)
_SAYS_ACTION = pattern(rf"(?:\A|(?<=[^\w])|(?<=[^\x00-\x7f]))(?:{ACTION})|(?:[^\x00-\x7f])(?:{ACTION})")
_GOES_ACTION = re.compile(_ACTION_URL, re.IGNORECASE)
_SAYS_UNSUBSCRIBE = pattern(UNSUBSCRIBE)
_GOES_UNSUBSCRIBE = re.compile(
    r"unsub|opt-?out|optout|email-?preferences|list-manage|abmeld|desinscri|baja", re.IGNORECASE
)
_SAYS_VIEW = pattern(VIEW)
_SECRET = re.compile(r"[A-Za-z0-9_.~-]{16,}|\b\d{5,}\b|%[0-9A-F]{2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link: `source` is `a`, `area`, `form`, `text` or `header`."""

    url: str
    text: str
    source: Element
    host: str
    kind: Kind


def links(source: Source) -> list[Link]:
    """Return the links of a mail, each URL once: those to act on first, of attached messages last."""
    found: dict[str, tuple[float, int, Link]] = {}
    for outer, each in enumerate(_messages(source)):
        for anchor in _anchors(each):
            link = _link(anchor)
            if link is None:
                continue
            score = _score(link) - outer * 10
            known = found.get(link.url)
            if known is None:
                if len(found) < MOST:
                    found[link.url] = score, len(found), link
            elif score > known[0] or (not known[2].text and link.text):
                better = replace(link, source=known[2].source if known[2].source == "a" else link.source)
                found[link.url] = max(score, known[0]), known[1], better
    return [link for _, _, link in sorted(found.values(), key=lambda each: (-each[0], each[1]))]


def _messages(source: Source) -> Iterator[Source]:
    yield source
    for each in source.attached:
        yield from _messages(each)


def _anchors(source: Source) -> Iterator[Anchor]:
    if source.html is not None:
        page = page_of(source.html)
        yield from page.anchors
        for line in page.lines:
            for url, _ in _urls(line):
                yield Anchor(url, "", "text")
    lines = source.plain[:TEXT].splitlines()
    for number, line in enumerate(lines):
        for url, at in _urls(line):
            yield Anchor(url, _said(lines, number, url, at), "text")
    for value in source.unsubscribe:
        for url in _UNSUBSCRIBING.findall(value):
            yield Anchor("".join(url.split()), "", "header")


def _urls(line: str) -> Iterator[tuple[str, int]]:
    """Yield the URLs of a line and where they stand; no more of them than matter."""
    found = 0
    for match in islice(_WRAPPED.finditer(line), MOST):
        yield "".join(match[1].split()), match.start()
        found += 1
    rest = _WRAPPED.sub(lambda match: " " * len(match[0]), line) if found else line
    for match in islice(_URL.finditer(rest), MOST):
        url = _trimmed(match[0])
        yield (url if url[:4].lower() == "http" else f"http://{url}"), match.start()


def _trimmed(url: str) -> str:
    """Return a URL of a text without what closes the sentence or the bracket around it."""
    while url:
        last = url[-1]
        if last in _TRAILING or (last in _PAIRS and url.count(last) > url.count(_PAIRS[last])):
            url = url[:-1]
        else:
            break
    return url


def _said(lines: list[str], number: int, url: str, at: int) -> str:
    """Return what a text says of a URL: around it on its line, else on the lines before."""
    around = lines[number][max(0, at - _AROUND) : at] + " " + lines[number][at + len(url) : at + len(url) + _AROUND]
    around = around.strip(" <>:-\u2013\u2014()[]*\t")
    if not around:
        around = next((line.strip() for line in reversed(lines[max(0, number - 3) : number]) if line.strip()), "")
    return " ".join(around[: 2 * _AROUND].split())


def _link(anchor: Anchor) -> Link | None:
    url = anchor.url
    scheme = url.partition(":")[0].lower() if ":" in url[:20] else ""
    if scheme not in ("http", "https", "mailto", "tel", "sms"):
        custom = re.match(r"[a-z][a-z0-9+.-]{2,30}://", url, re.IGNORECASE)
        if custom is None or scheme in ("file", "data", "javascript", "cid"):
            return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    return Link(url, anchor.text[:500], anchor.source, host, _kind(url, anchor, scheme))


def _kind(url: str, anchor: Anchor, scheme: str) -> Kind:  # noqa: PLR0911 - one for each kind
    said, path = folded(anchor.text), unquote(url)
    if scheme in ("tel", "sms"):
        return "tel"
    if anchor.source == "header" or _SAYS_UNSUBSCRIBE.search(said) or _GOES_UNSUBSCRIBE.search(path):
        return "unsubscribe"
    if scheme == "mailto":
        return "mailto"
    if _SAYS_VIEW.search(said):
        return "view"
    if _IMAGE.search(urlsplit(url).path):
        return "image"
    if _MINOR.search(anchor.text) and not _strong_action(said, path):
        return "other"
    if anchor.source == "form" or _acts(said, path, anchor.source):
        return "action"
    return "other"


def _acts(said: str, path: str, source: str) -> bool:
    if source == "a":
        return bool(_SAYS_ACTION.search(said)) or bool(_GOES_ACTION.search(_beyond_host(path)) and _SECRET.search(path))
    beyond = _beyond_host(path)
    return bool(_GOES_ACTION.search(beyond)) or bool(_SAYS_ACTION.search(said) and _SECRET.search(beyond))


def _strong_action(said: str, path: str) -> bool:
    return bool(_SAYS_ACTION.search(said) and _GOES_ACTION.search(_beyond_host(path)) and _SECRET.search(path))


def _beyond_host(url: str) -> str:
    return url.partition("://")[2].partition("/")[2] if "://" in url else url


def _score(link: Link) -> float:
    if link.kind != "action":
        return {"other": 1.0, "view": 0.5, "mailto": 0.4, "tel": 0.4, "image": 0.2, "unsubscribe": 0.1}[link.kind]
    said, beyond = folded(link.text), _beyond_host(unquote(link.url))
    score = 2.0 + 1.0 * bool(_SAYS_ACTION.search(said)) + 0.8 * bool(_GOES_ACTION.search(beyond))
    score += 0.6 * bool(_SECRET.search(beyond)) + 0.2 * (link.source == "a") + 0.1 * (len(said) < 40)
    return score - 1.5 * bool(_MINOR.search(link.text))
