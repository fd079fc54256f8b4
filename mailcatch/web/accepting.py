"""Which of two forms of an answer a client wants, by its Accept field (RFC 9110 §12.5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

_JSON, _TEXT = "application/json", "text/plain"


def wants_text(environ: Mapping[str, Any]) -> bool:
    """Tell whether text is wanted rather than JSON: it is named, and not after JSON."""
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT"), MIMEAccept)
    return accepted.best_match([_JSON, _TEXT], _JSON) == _TEXT


def as_text(text: str) -> Response:
    """Return a text as the answer to a client that wants it; UTF-8, whatever a mail contains."""
    answer = Response(text.encode("utf-8", "replace"), content_type=f"{_TEXT}; charset=utf-8")
    answer.headers["Vary"] = "Accept"
    return answer
