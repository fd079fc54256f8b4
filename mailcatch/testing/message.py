"""A caught mail, as tests look at it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any  # the server's JSON
from urllib.parse import quote

from mailcatch.testing import values
from mailcatch.testing.connection import Connection
from mailcatch.testing.errors import NoSuchPart
from mailcatch.testing.values import Address, Attachment, Code, Element, Headers, Link

CERTAIN = 0.5
"""The confidence from which on something is taken for a code."""


class Message:
    """A mail; what of it is large or computed is fetched when first asked for. It cannot be changed."""

    def __init__(self, connection: Connection, data: Mapping[str, Any]) -> None:
        self.__dict__["_connection"] = connection
        self.__dict__["_data"] = data

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a message cannot be changed: {name}")

    def __repr__(self) -> str:
        return f"<Message {self.id} to {', '.join(self.rcpt)}: {self.subject!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def json(self) -> Mapping[str, Any]:
        """The message as the API gives it. Raises RuntimeError in an `expect` block that has not ended."""
        data: Mapping[str, Any] = self.__dict__["_data"]
        if not data:
            raise RuntimeError("the mail is waited for at the end of the with block: look at it after that")
        return data

    @property
    def id(self) -> str:
        """Its key in mailcatch; the header Message-ID is in `headers`."""
        return str(self.json["id"])

    @property
    def subject(self) -> str:
        """The decoded subject."""
        return str(self.json["subject"])

    @property
    def from_(self) -> tuple[Address, ...]:
        """The authors: header From."""
        return values.addresses(self.json["from"])

    @property
    def to(self) -> tuple[Address, ...]:
        """Header To alone; `rcpt` is who gets it."""
        return values.addresses(self.json["to"])

    @property
    def cc(self) -> tuple[Address, ...]:
        """Header Cc."""
        return values.addresses(self.json["cc"])

    @property
    def rcpt(self) -> tuple[str, ...]:
        """The recipients of the envelope, those of Bcc among them."""
        return tuple(self.json["rcpt_to"])

    @property
    def headers(self) -> Headers:
        """The decoded header fields."""
        return Headers(tuple((str(each["name"]), str(each["value"])) for each in self._whole["headers"]))

    @property
    def text(self) -> str:
        """The text, of the HTML if it has no other."""
        return str(self._whole["text"])

    @property
    def html(self) -> str | None:
        """The HTML; None if there is none."""
        found: str | None = self._whole["html"]
        return found

    @functools.cached_property
    def raw(self) -> bytes:
        """The exact bytes."""
        return self._server.content(f"{self._path}/raw")

    @functools.cached_property
    def attachments(self) -> tuple[Attachment, ...]:
        """The attached files with their content, inline images among them."""
        return tuple(self._attachment(each) for each in self._whole["attachments"])

    @functools.cached_property
    def links(self) -> tuple[Link, ...]:
        """The links, the likeliest action first."""
        return tuple(values.link(each) for each in self._list("links"))

    @functools.cached_property
    def codes(self) -> tuple[Code, ...]:
        """What may be one-time codes, the likeliest first."""
        return tuple(values.code(each) for each in self._list("codes"))

    def link(self, *, text: str | None = None, url: str | None = None, kind: str | None = None) -> Link:
        """Return the one link whose text and URL contain these (case ignored), of that kind.

        Without arguments it is the likeliest action link. Raises NoSuchPart if there is none, or several with different
        URLs, and lists them.
        """
        if text is None and url is None and kind is None:
            found = [each for each in self.links if each.kind == "action"][:1]
        else:
            found = [each for each in self.links if _fits(each, text, url, kind)]
        if len({each.url for each in found}) == 1:
            return found[0]
        asked = _asked(text=text, url=url, kind=kind) or "action link"
        if found:
            raise NoSuchPart(f"{len(found)} links of {self!r} match {asked}; narrow it down:\n{_listed(found)}")
        raise NoSuchPart(f"{self!r} has no link with {asked}; it has:\n{_listed(self.links)}")

    def code(self) -> str:
        """Return the one-time code. Raises NoSuchPart if there is none, or several equally likely; lists them."""
        certain = [each for each in self.codes if each.confidence >= CERTAIN]
        best = [each for each in certain if each.confidence == certain[0].confidence]
        if len({each.value for each in best}) == 1:
            return best[0].value
        if best:
            raise NoSuchPart(f"{self!r} has {len(best)} codes that are equally likely:\n{_listed(best)}")
        raise NoSuchPart(f"{self!r} has no one-time code; the candidates:\n{_listed(self.codes)}")

    def select(self, css: str) -> tuple[Element, ...]:
        """Return the elements of the HTML that a CSS selector finds. Raises RequestRefused if it is none."""
        answer = self._server.get(f"{self._path}/select", css=css)
        return tuple(_element(each) for each in answer["elements"])

    @property
    def _server(self) -> Connection:
        connection: Connection = self.__dict__["_connection"]
        return connection

    @property
    def _path(self) -> str:
        return f"/v1/messages/{quote(self.id, safe='')}"

    @functools.cached_property
    def _whole(self) -> Mapping[str, Any]:
        """The whole message; a list gives summaries only."""
        return self.json if "headers" in self.json else self._server.get(self._path)

    def _list(self, name: str) -> list[dict[str, Any]]:
        found = self.json.get(name)
        return list(self._server.get(f"{self._path}/{name}")[name] if found is None else found)

    def _attachment(self, value: Mapping[str, Any]) -> Attachment:
        number = str(value["number"])
        content = self._server.content(f"{self._path}/attachments/{quote(number, safe='')}")
        return Attachment(number, str(value["filename"]), str(value["content_type"]), int(value["size"]), content)


def _fits(link: Link, text: str | None, url: str | None, kind: str | None) -> bool:
    return (
        (text is None or text.casefold() in link.text.casefold())
        and (url is None or url.casefold() in link.url.casefold())
        and (kind is None or kind == link.kind)
    )


def _asked(**given: str | None) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in given.items() if value is not None)


def _listed(candidates: Sequence[Link] | Sequence[Code]) -> str:
    return "\n".join(f"  {each}" for each in candidates) or "  none at all"


def _element(value: Mapping[str, Any]) -> Element:
    attributes = {str(name): str(each or "") for name, each in (value.get("attributes") or {}).items()}
    return Element(str(value.get("text") or ""), attributes, str(value.get("html") or ""))
