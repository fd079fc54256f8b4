"""A mail's HTML made ready for its frame: rewritten by position, so that nothing else of it changes.

What would leave the page goes (refresh, base, early connections); pictures that the mail carries are pointed at their
parts. What the mail may do besides is settled by the frame's policy, not here: it is isolated, not sanitised.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote, urljoin

from mailcatch.mime.html import Attribute, Doctype, Tag, tokens
from mailcatch.mime.parts import walk
from mailcatch.model import Part

_EARLY = frozenset({"dns-prefetch", "preconnect", "prefetch", "preload", "modulepreload", "prerender"})
_REFRESHING = frozenset({"refresh", "x-dns-prefetch-control"})
_PICTURES = frozenset({"src", "background", "poster", "data", "href", "xlink:href", "lowsrc"})
_SETS = frozenset({"srcset", "imagesrcset"})
_LINKS = frozenset({"a", "area"})
_FRAMES = {"src": "about:blank", "srcdoc": ""}
"""A frame in a mail stays empty. The policy refuses its address, but Chromium connects before it asks the policy."""
_LONGEST_BASE = 2_000
"""Characters of a base that is used: it is repeated in each of the page's links."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:")
_URL = re.compile(
    r"""(url\([\t\n\f\r ]*+)("[^"\n]*+"|'[^'\n]*+'|[^\t\n\f\r "'()]*+)(?=[\t\n\f\r ]*+(?:\)|\Z))""", re.IGNORECASE
)
_CANDIDATE = re.compile(r"([^\t\n\f\r ,]++(?:,++[^\t\n\f\r ,]++)*+)((?:[^(),]++|\)|\([^)]*+\)?+)*+)")

# In these a browser may read markup where the tokenizer sees text, or the other way round: what stands in foreign
# content, in a script's own comments, in a list of options. There no tag that leaves the page may hide.
_AMBIGUOUS = re.compile(r"<(?:svg|math|script|noscript|select|frameset|plaintext)", re.IGNORECASE)
_LEAVING_TAG = re.compile(r"<(?=(?:meta|base|link|i?frame)[\t\n\f\r />])", re.IGNORECASE)

Resolve = Callable[[str], str | None]
"""Gives the address of the part that a URL names, None if it names none."""


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def rewrite(html: str, root: Part, folder: str, bridge: str) -> str:
    """Return the page that a frame shows.

    `folder` is the path under which parts are served by their number; `bridge` is put in after the doctype, as the one
    script of the page.
    """
    return rewrite_urls(html, cid=resolver(root, folder), script=bridge)


def rewrite_urls(html: str, *, cid: Resolve, script: str = "") -> str:
    """Return `html` without what leaves the page, and with the URLs that `cid` knows replaced by what it gives.

    `cid` is asked for `cid:` and `mid:` URLs (RFC 2392) and for whatever a Content-Location (RFC 2557) may be. Where
    nothing is replaced, every character stays.
    """
    html = _without_hidden_tags(html)
    found = [token for token in tokens(html) if isinstance(token, Tag | Doctype)]
    base = next(
        (href for tag in found if isinstance(tag, Tag) and tag.name == "base" and (href := tag.get("href"))), ""
    )
    base = base if len(base) <= _LONGEST_BASE else ""
    head = next((token.end for token in found if isinstance(token, Doctype)), 0)
    edits = [_Edit(head, head, f"<script>{script}</script>")] if script else []
    for token in found:
        if isinstance(token, Tag):
            edits += [_Edit(token.start, token.end, "")] if _leaves(token) else _edits(html, token, cid, base)
    return _applied(html, edits)


def resolver(root: Part, folder: str) -> Resolve:
    """Return what maps `cid:`, `mid:` (RFC 2392) and Content-Location (RFC 2557) to the addresses of parts."""
    by_id: dict[str, str] = {}
    by_location: dict[str, str] = {}
    for part in walk(root):
        if part.content_id:
            by_id.setdefault(part.content_id, f"{folder}{part.number}")
        if part.content_location:
            by_location.setdefault(part.content_location, f"{folder}{part.number}")

    def resolve(url: str) -> str | None:
        scheme, colon, rest = url.strip().partition(":")
        if colon and scheme.lower() == "cid":
            return by_id.get(rest) or by_id.get(unquote(rest))
        if colon and scheme.lower() == "mid":
            return by_id.get(unquote(rest.partition("/")[2]))
        return by_location.get(url.strip())

    return resolve


def _without_hidden_tags(html: str) -> str:
    """Make text of each leaving tag that the tokenizer does not see, in a page where a browser may see it all the same.

    Read as a tag, it has the same attributes wherever it stands: those that the tokenizer does see are judged as usual.
    """
    if not _AMBIGUOUS.search(html):
        return html
    seen = {token.start for token in tokens(html) if isinstance(token, Tag)}
    hidden = (match.start() for match in _LEAVING_TAG.finditer(html) if match.start() not in seen)
    return _applied(html, [_Edit(start, start + 1, "&lt;") for start in hidden])


def _leaves(tag: Tag) -> bool:
    """Tell whether a tag is there to leave the page, or to call out before anything is shown."""
    if tag.name == "base":
        return True
    if tag.name == "meta":
        return (tag.get("http-equiv") or "").strip().lower() in _REFRESHING
    return tag.name == "link" and not _EARLY.isdisjoint((tag.get("rel") or "").lower().split())


def _edits(html: str, tag: Tag, resolve: Resolve, base: str) -> Iterator[_Edit]:
    for attribute in tag.attributes:
        new = _new_value(tag, attribute, resolve, base) if attribute.value else None
        if new is not None and new != attribute.value:
            yield _Edit(attribute.start, attribute.end, f'"{entities.escape(new)}"')
    if tag.name == "style":
        css = html[tag.end : tag.content_end]
        if (new := _css(css, resolve)) != css:
            yield _Edit(tag.end, tag.content_end, new)


def _new_value(tag: Tag, attribute: Attribute, resolve: Resolve, base: str) -> str | None:
    name, value = attribute.name, attribute.value
    if name == "style":
        return _css(value, resolve)
    if tag.name in ("iframe", "frame") and name in _FRAMES:
        return _FRAMES[name]
    if name in _SETS:
        return _srcset(value, resolve, base)
    if name not in _PICTURES:
        return None
    absolute = _absolute(value, base)
    part = None if name == "href" and tag.name in _LINKS else resolve(value) or resolve(absolute or "")
    return part or absolute


def _absolute(url: str, base: str) -> str | None:
    """Return a relative URL made absolute by the `base` that was taken away; None to leave it."""
    url = url.strip()
    if not base or url.startswith("#") or _SCHEME.match(url):
        return None
    try:
        return urljoin(base, url)
    except ValueError:
        return None


def _css(css: str, resolve: Resolve) -> str:
    def mapped(match: re.Match[str]) -> str:
        part = resolve(match[2].strip("\"'"))
        return match[0] if part is None else f'{match[1]}"{part}"'

    return _URL.sub(mapped, css)


def _srcset(value: str, resolve: Resolve, base: str) -> str:
    """Replace the URLs of a list of candidates, and nothing between them (WHATWG HTML §4.8.4.2.1)."""

    def mapped(match: re.Match[str]) -> str:
        url, descriptors = match.groups()
        absolute = _absolute(url, base) or url
        return f"{resolve(url) or resolve(absolute) or absolute}{descriptors}"

    return _CANDIDATE.sub(mapped, value)


def _applied(html: str, edits: list[_Edit]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end, text in sorted(edits):
        pieces += (html[position:start], text)
        position = end
    return "".join([*pieces, html[position:]])
