"""The client: a sink, one's own or shared, and what a test asks of it."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self  # Any: the server's JSON

from mailcatch.testing.child import Child
from mailcatch.testing.connection import Connection
from mailcatch.testing.criteria import Criteria, Value, query_of, quoted
from mailcatch.testing.errors import MailNotFound, RequestRefused
from mailcatch.testing.explanation import Explanation
from mailcatch.testing.message import Message
from mailcatch.testing.values import Session

LONGEST = 60.0
"""Seconds that the server waits in one call."""

TIMEOUT = 10.0
"""Seconds for which mail is waited for, unless a test says otherwise."""

TTL = "1h"
"""How long the inbox of a test lives if the test is killed before it can delete it."""

_HERE = frozenset({"any", "0.0.0.0", "::", "127.0.0.1", "::1", "localhost"})  # noqa: S104 - compared, not bound


@dataclass(frozen=True, slots=True)
class Expectation:
    """One of the mails that `wait_for_all` waits for; `name` appears in the report."""

    name: str
    criteria: Criteria


class MailCatch:
    """A running mailcatch, and which of its mail is looked at.

    `MailCatch("http://localhost:8025")` uses a server that runs; `MailCatch()` the one that MAILCATCH_URL names, else
    one of its own, as `MailCatch(smtp_port=0)` always does; that one ends with the `with` block, and with this process.
    """

    def __init__(self, url: str | None = None, *, smtp_port: int | None = None, timeout: float = TIMEOUT) -> None:
        """Find or start the server. Raises SinkFailed, ValueError for a URL that is none, TypeError for both."""
        if url is not None and smtp_port is not None:
            raise TypeError("url= is a server that runs, smtp_port= starts one: give one of them")
        if url is None and smtp_port is None:
            url = os.environ.get("MAILCATCH_URL") or None
        self.timeout = timeout
        self.inbox: str | None = None
        self._child = Child(smtp_port=smtp_port or 0) if url is None else None
        self._connection = Connection(url if self._child is None else self._child.url)  # type: ignore[arg-type] # one is
        self._since: str | None = None
        self._info: dict[str, Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, and end the server if it is one's own."""
        self._connection.close()
        if self._child is not None:
            self._child.stop()

    @property
    def url(self) -> str:
        """The root of the web, without a password."""
        return self._connection.url

    @property
    def is_shared(self) -> bool:
        """Whether others may use the server too."""
        return self._child is None

    @property
    def smtp_host(self) -> str:
        """The host that takes mail. One that listens everywhere, or on its own loopback, is where the web is."""
        host = str(self._told["smtp"][0]["host"])
        return self._connection.host if host in _HERE else host

    @property
    def smtp_port(self) -> int:
        """The port that takes mail."""
        return int(self._told["smtp"][0]["port"])

    @property
    def _told(self) -> dict[str, Any]:
        if self._info is None:
            self._info = self._connection.get("/v1/info")
        return self._info

    @contextmanager
    def isolated(self, label: str = "") -> Iterator[MailCatch]:
        """Give a client that sees the mail of one test.

        On a shared server it has an inbox of its own, in which its addresses lie, until the block ends; on one's own
        server it sees what comes from now on.
        """
        view = MailCatch.__new__(MailCatch)
        view.__dict__.update(self.__dict__)
        if not self.is_shared:
            view._since = self.cursor()
            yield view
            return
        name = f"t{secrets.token_hex(6)}"
        _, made = self._connection.post("/v1/inboxes", {"name": name, "label": label[:200], "ttl": TTL})
        view.inbox = str(made.get("name", name))
        try:
            yield view
        finally:
            try:
                self._connection.delete(f"/v1/inboxes/{view.inbox}")
            except RequestRefused as error:
                if error.kind != "not-found":  # its time is over, or others needed its place
                    raise

    def address(self, name: str = "user") -> str:
        """Return an address that nobody else has, under the catch domain; in the test's inbox if it has one."""
        domain = str(self._told.get("catch_domain") or "mailcatch.example")
        return f"{name}-{secrets.token_hex(4)}@{f'{self.inbox}.' if self.inbox else ''}{domain}"

    def cursor(self) -> str:
        """Return where the log is now."""
        return str(self._connection.get("/v1/cursor")["cursor"])

    @contextmanager
    def expect(self, *, timeout: float | None = None, strict: bool = False, **criteria: Value) -> Iterator[Message]:
        """Wait at the end of the block for mail that comes within it or after; the oldest is given.

        Raises MailNotFound; TypeError at once for a criterion that there is not. An error of the block itself goes on
        as it is, at once.
        """
        __tracebackhide__ = True  # a report shows the test's line, not ours; so below
        query_of(criteria)
        since, data = self.cursor(), dict[str, Any]()
        yield Message(self._connection, data)
        data.update(self._wait(criteria, timeout, since=since, strict=strict)[0])

    def wait_for(self, *, timeout: float | None = None, strict: bool = False, **criteria: Value) -> Message:
        """Return the newest mail that matches, as soon as there is one. Raises MailNotFound and TypeError."""
        __tracebackhide__ = True
        found = self._wait(criteria, timeout, since=self._since, strict=strict, pick="newest")
        return Message(self._connection, found[0])

    def wait_for_all(self, *expected: Expectation, timeout: float | None = None) -> tuple[Message, ...]:
        """Return one mail for each expectation, in their order, when there are all. Raises MailNotFound, TypeError."""
        __tracebackhide__ = True
        bodies = [{"name": each.name, "pick": "newest", **self._asked(each.criteria)} for each in expected]

        def once(within: float) -> tuple[bool, dict[str, Any]]:
            given = [{**body, "within": within} for body in bodies]
            return self._connection.post("/v1/assert", {"expectations": given}, within=within)

        answer = self._until(once, timeout)
        return tuple(Message(self._connection, each["messages"][0]) for each in answer["results"])

    def assert_none(
        self, *, timeout: float = 0.0, until: Criteria | None = None, since: str | None = None, **criteria: Value
    ) -> None:
        """Assert that no such mail has come, nor comes within `timeout` seconds. Raises MailNotFound and TypeError.

        What was acknowledged with 250 is seen, so that 0 is enough after it. With `until` it is over as soon as that
        mail has come: something the application sends after the one that must not be sent.
        """
        __tracebackhide__ = True
        more: dict[str, object] = {"count": "none"} if until is None else {"count": "none", "until": query_of(until)}
        begin, within = since or self._since, timeout if until is None else timeout or self.timeout
        body = {**self._asked(criteria, begin), **more}
        end = time.monotonic() + within
        while True:  # each piece from the same beginning, so that the explanation is of the whole
            left = max(0.0, end - time.monotonic())
            piece = min(left, LONGEST)
            passed, answer = self._connection.post("/v1/wait", {**body, "within": round(piece, 3)}, within=piece)
            if passed and (piece == left or until is not None):
                return
            if not passed and (piece == left or until is None):
                raise MailNotFound(Explanation.of(answer))

    def messages(self, *, limit: int = 50, **criteria: Value) -> tuple[Message, ...]:
        """Return what has come and matches, oldest first. Raises TypeError."""
        query = query_of(criteria) or None
        page = self._connection.get("/v1/messages", q=query, inbox=self.inbox, limit=limit, order="desc")
        begin = int((self._since or ".0").rpartition(".")[2])
        found = [each for each in page["messages"] if int(each["seq"]) > begin]
        return tuple(Message(self._connection, each) for each in reversed(found))

    def explain(self, **criteria: Value) -> Explanation:
        """Return why the criteria match nothing, without waiting. Raises TypeError."""
        _, answer = self._connection.post("/v1/explain", self._asked(criteria, self._since))
        return Explanation.of(answer)

    def sessions(self, *, rejected: bool | None = None, limit: int = 50) -> tuple[Session, ...]:
        """Return the dialogues with clients, newest first, also those that gave no mail; of the whole server."""
        only = None if rejected is None else str(rejected).lower()
        listed = self._connection.get("/v1/sessions", limit=limit, rejected=only)["sessions"]
        return tuple(_session(self._connection.get(f"/v1/sessions/{each['id']}")) for each in listed)

    def clear(self) -> None:
        """Delete the mail that is looked at: of the test's inbox, else all that the server has."""
        until = self.cursor()
        if self.inbox is not None:
            self._connection.delete("/v1/messages", q=f"inbox:{quoted(self.inbox)}", until=until)
        else:
            self._connection.delete("/v1/messages", all="true", until=until)

    def _asked(self, criteria: Criteria, since: str | None = None) -> dict[str, object]:
        given = {"query": query_of(criteria), "since": since or self._since, "inbox": self.inbox}
        return {name: value for name, value in given.items() if value is not None}

    def _wait(
        self, criteria: Criteria, timeout: float | None, *, since: str | None, strict: bool, pick: str = "oldest"
    ) -> list[dict[str, Any]]:
        __tracebackhide__ = True
        body = {**self._asked(criteria, since), "count": {"min": 1}, "pick": pick, "strict": strict}

        def once(within: float) -> tuple[bool, dict[str, Any]]:
            return self._connection.post("/v1/wait", {**body, "within": within}, within=within)

        return list(self._until(once, timeout)["messages"])

    def _until(self, once: Callable[[float], tuple[bool, dict[str, Any]]], timeout: float | None) -> dict[str, Any]:
        """Ask piece by piece, each from the same beginning. Raises MailNotFound when the time is over.

        What is refused before its piece is over cannot come true any more.
        """
        __tracebackhide__ = True
        end = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            begun = time.monotonic()
            piece = min(max(0.0, end - begun), LONGEST)
            passed, answer = once(round(piece, 3))
            if passed:
                return answer
            over = time.monotonic()
            if over >= end or over - begun < piece * 0.99:
                raise MailNotFound(Explanation.of(answer))


def _session(value: dict[str, Any]) -> Session:
    return Session(
        id=str(value["id"]),
        protocol=str(value["protocol"]),
        peer=value.get("peer"),
        helo=value.get("helo"),
        auth_user=value.get("auth_user"),
        accepted=int(value.get("accepted") or 0),
        rejected=int(value.get("rejected") or 0),
        outcome=value.get("outcome"),
        messages=tuple(value.get("messages") or ()),
        transcript=tuple(f"{each['direction']} {each['line']}" for each in value.get("transcript") or ()),
    )
