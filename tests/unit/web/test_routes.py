"""mailcatch.web.routes: what one request is to an endpoint."""

from __future__ import annotations

from mailcatch.config import HttpSection
from mailcatch.web.body import SizedBody
from mailcatch.web.routes import Ask
from tests.support.web import web


def test_an_ask_knows_where_it_is() -> None:
    """The cursor before the work, the prefix, and the unread body."""
    with web(section=HttpSection(webroot="/mail")) as door:
        body = SizedBody(None, 0, lambda: None, lambda: None)  # type: ignore[arg-type]
        ask = Ask(door.door.site, None, None, {}, {"wsgi.input": body}, 7)
        assert (ask.cursor, ask.webroot, ask.stream) == (f"{door.store.epoch}.7", "/mail", body)
