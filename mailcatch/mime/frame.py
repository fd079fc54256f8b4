"""A mail's HTML made ready for its frame: rewritten by position, so that nothing else of it changes.

What would leave the page goes (refresh, base, early connections); pictures that the mail carries are pointed at their
parts. What the mail may do besides is settled by the frame's policy, not here: it is isolated, not sanitised.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable
from urllib.parse import unquote, urljoin

from mailcatch.mime.html import Attribute, Doctype, Tag, tokens
from mailcatch.mime.parts import walk
from mailcatch.model import Part

_EARLY = frozenset({"dns-prefetch", "preconnect", "prefetch", "preload", "modulepreload", "prerender"})
_PICTURES = frozenset({"src", "background", "poster", "data", "href", "xlink:href", "lowsrc"})
_LINKS = frozenset({"a", "area", "base", "link"})
_URL = re.compile(r"""(url\(\s*)("[^"]*"|'[^']*'|[^\s"')]*)""", re.IGNORECASE)

Resolve = Callable[[str], str | None]
"""Gives the address of the part that a URL names, None if it names none."""


def rewrite(html: str, root: Part, folder: str, bridge: str) -> str:
    """Return the page that a frame shows.

    `folder` is the path under which parts are served by their number; `bridge` is put in after the doctype, as the one
    script of the page.
    """
    resolve = resolver(root, folder)
    found = list(tokens(html))
    base = next((tag.get("href") for tag in found if isinstance(tag, Tag) and tag.name == "base"), None)
    edits: list[tuple[int, int, str]] = []
    head = 0
    for token in found:
        if isinstance(token, Doctype):
            head = head or token.end
        elif _leaves(token):
            edits.append((token.start, token.end, ""))
        else:
            edits += _edits(html, token, resolve, base)
    script = f"<script>{bridge}</script>" if bridge else ""
    return _applied(html, [(head, head, script), *edits])


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


def _leaves(tag: Tag) -> bool:
    """Tell whether a tag is there to leave the page, or to call out before anything is shown."""
    if tag.name == "base":
        return True
    if tag.name == "meta":
        return (tag.get("http-equiv") or "").strip().lower() in ("refresh", "x-dns-prefetch-control")
    return tag.name == "link" and not _EARLY.isdisjoint((tag.get("rel") or "").lower().split())


def _edits(html: str, tag: Tag, resolve: Resolve, base: str | None) -> list[tuple[int, int, str]]:
    edits = [
        (attribute.start, attribute.end, f'"{entities.escape(new)}"')
        for attribute in tag.attributes
        if attribute.value and (new := _new_value(tag, attribute, resolve, base)) is not None
    ]
    if tag.name == "style":
        css = html[tag.end : tag.content_end]
        if (new_css := _css(css, resolve)) != css:
            edits.append((tag.end, tag.content_end, new_css))
    return edits


def _new_value(tag: Tag, attribute: Attribute, resolve: Resolve, base: str | None) -> str | None:
    name, value = attribute.name, attribute.value
    if name == "style":
        css = _css(value, resolve)
        return css if css != value else None
    if name in ("srcset", "imagesrcset"):
        mapped = _srcset(value, resolve)
        return mapped if mapped != value else None
    if name in _PICTURES and not (name == "href" and tag.name in _LINKS):
        if (part := resolve(value)) is not None:
            return part
    elif name != "href":
        return None
    return _absolute(value, base)


def _absolute(url: str, base: str | None) -> str | None:
    """Return a relative URL made absolute by the `base` that was taken away; None to leave it."""
    if not base or url.startswith("#") or re.match(r"\s*[A-Za-z][A-Za-z0-9+.-]*:", url):
        return None
    try:
        return urljoin(base, url.strip())
    except ValueError:
        return None


def _css(css: str, resolve: Resolve) -> str:
    if "url(" not in css.lower():
        return css

    def mapped(match: re.Match[str]) -> str:
        part = resolve(match[2].strip("\"'"))
        return match[0] if part is None else f'{match[1]}"{part}"'

    return _URL.sub(mapped, css)


def _srcset(value: str, resolve: Resolve) -> str:
    candidates = [candidate.strip().split(None, 1) for candidate in value.split(",")]
    mapped = [[resolve(parts[0]) or parts[0], *parts[1:]] for parts in candidates if parts]
    changed = any(resolve(parts[0]) for parts in candidates if parts)
    return ", ".join(" ".join(parts) for parts in mapped) if changed else value


def _applied(html: str, edits: list[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end, text in sorted(edits, key=lambda edit: edit[:2]):
        if start < position:
            continue
        pieces += (html[position:start], text)
        position = end
    return "".join([*pieces, html[position:]])
