"""Endpoints that put mail in without SMTP: compose, inject, export, import."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Annotated, Any

from flask import Response
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from mailcatch.errors import NotFound, TooLarge
from mailcatch.ids import new_id
from mailcatch.mime.reading import read as read_mail
from mailcatch.model import Envelope, Listener, Message, Recipient, Session
from mailcatch.search.query import Query
from mailcatch.store.api import Added, Reader
from mailcatch.web import mbox, shapes
from mailcatch.web.binding import json_response, read_bounded
from mailcatch.web.problems import Problem
from mailcatch.web.routes import JSON_LIMIT, Ask, NoParameters, Route
from mailcatch.web.selecting import Q, query_of
from mailcatch.web.site import Site

_UNDER_WAY = 64  # imported messages that are being stored at one time
_ALONE = 32 << 10  # bytes beyond which one is waited for: it is read in a pool, and the next could overtake it
_PAGE = 200


class InjectParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """The envelope of a raw message; what is not given is taken from its headers."""

    mail_from: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET
    rcpt_to: Annotated[list[Annotated[str, Meta(max_length=1000)]], Meta(max_length=1000)] | UnsetType = UNSET


class ExportParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """What to export: without a query everything, the Bin included."""

    format: Annotated[str, Meta(pattern="^mbox$")] = "mbox"
    q: Q = ""
    tz: shapes.Zone = "UTC"


def inject(ask: Ask[InjectParameters, shapes.Compose | None]) -> Response:
    """Store a mail: JSON is composed, a raw message is taken byte by byte."""
    if ask.body is None:
        raw = _read_raw(ask)
        envelope = _envelope_of(raw, ask.params)
    else:
        from mailcatch.web.composing import compose  # the email package is not needed to start

        if ask.params != InjectParameters():
            raise Problem("bad-parameter", "With JSON the envelope is given in the body.")
        raw, envelope = compose(ask.body)
        if len(raw) > ask.site.section.max_message_size:
            raise _too_large(ask.site)
    ask.site.inbox.check_room(len(raw))
    envelope, session = _dialogue(ask, envelope)
    added = ask.site.result(ask.site.inbox.accept(raw, envelope, origin="http", session=session))
    answer = json_response(shapes.Injected(added.id, added.seq, session.id, ask.site.cursor(added.seq)), 201)
    answer.headers["Location"] = f"{ask.webroot}/v1/messages/{added.id}"
    return answer


def export(ask: Ask[ExportParameters, None]) -> Response:
    """Stream messages as mboxrd, oldest first."""
    query = query_of(ask.params.q or "is:binned OR -is:binned", ask.params.tz)
    answer = Response(_exported(ask.site.store, query), mimetype="application/mbox")
    answer.headers["Content-Disposition"] = 'attachment; filename="mailcatch.mbox"'
    return answer


def import_(ask: Ask[NoParameters, None]) -> Struct:
    """Store the messages of an mbox, or one raw message, in their order, with what an export kept."""
    if ask.stream.finished:
        raise Problem("bad-body", "There is nothing to import.")
    limit = ask.site.section.max_message_size
    if ask.environ.get("CONTENT_TYPE", "").lower().startswith("application/mbox"):
        items = mbox.read(ask.stream.pieces(), limit)
    else:
        items = iter([mbox.Item(read_bounded(ask.stream, limit, "A message"), None)])
    importing = _Importing(ask.site)
    try:
        for item in items:
            importing.add(item)
        importing.finish()
    except TooLarge as error:
        raise Problem("too-large", str(error), imported=importing.stored) from error
    return shapes.Imported(importing.stored, ask.site.cursor(importing.seq or ask.seq))


class _Importing:
    """Stores in order, many at a time, so that group commit makes one transaction of them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._pending: list[Future[Added]] = []
        self.stored = 0
        self.seq = 0

    def add(self, item: mbox.Item) -> None:
        if len(self._pending) >= _UNDER_WAY:
            self.finish()
        kept = item.kept or _kept_of(item.raw)
        self._site.inbox.check_room(len(item.raw))
        stored = self._site.inbox.accept(
            item.raw,
            kept.envelope(),
            origin="import",
            received_at=kept.received_at,
            read=kept.read,
            pinned=kept.pinned,
            binned=kept.binned,
            tags=tuple(kept.tags),
        )
        self._pending.append(stored)
        if len(item.raw) > _ALONE:
            self.finish()

    def finish(self) -> None:
        for future in self._pending:
            self.seq = self._site.result(future).seq
            self.stored += 1
        self._pending.clear()


def _read_raw(ask: Ask[Any, Any]) -> bytes:
    if ask.stream.finished:
        raise Problem("bad-body", "There is no message in the body.")
    ask.site.inbox.check_room(ask.stream.length or 0)
    return read_bounded(ask.stream, ask.site.section.max_message_size, "A message (--max-message-size)")


def _too_large(site: Site) -> Problem:
    return Problem("too-large", f"A message may have {site.section.max_message_size:,} bytes (--max-message-size).")


def _envelope_of(raw: bytes, params: InjectParameters) -> Envelope:
    """Return the envelope that was given, where it was not, what the headers say (RFC 5322 §3.6.2 and §3.6.3)."""
    reading = read_mail(raw)
    senders, recipients = (*reading.sender, *reading.from_), (*reading.to, *reading.cc, *reading.bcc)
    mail_from = senders[0].address if senders else ""
    rcpt_to = [address.address for address in recipients]
    if isinstance(params.mail_from, str):
        mail_from = params.mail_from
    if isinstance(params.rcpt_to, list):
        rcpt_to = params.rcpt_to
    return Envelope(mail_from, tuple(Recipient(address) for address in dict.fromkeys(rcpt_to) if address))


def _dialogue(ask: Ask[Any, Any], envelope: Envelope) -> tuple[Envelope, Session]:
    """Return the envelope with where it came from, and the session that stands for the request."""
    environ, now = ask.environ, time.time_ns() // 1_000_000
    peer = str(Listener(environ["REMOTE_ADDR"], int(environ["REMOTE_PORT"] or 0)))
    listener = str(Listener(*environ["mailcatch.connection"].socket.getsockname()[:2]))
    session = Session(
        id=new_id(now),
        protocol="HTTP",
        listener=listener,
        peer=peer,
        started_at=now,
        ended_at=now,
        client=environ.get("HTTP_USER_AGENT", "")[:200] or None,
        accepted=1,
        outcome="1 message stored",
        transcript=(),
    )
    return replace(envelope, peer=peer, listener=listener, protocol="HTTP"), session


def _exported(store: Reader, query: Query | None) -> Iterator[bytes]:
    after: int | None = None
    while True:
        found = store.found(query, limit=_PAGE, after=after, order="asc")
        for summary in found:
            try:
                yield mbox.write(store.raw(summary.id), _kept(store.message(summary.id)))
            except NotFound:  # deleted while we were on the way
                continue
        if len(found) < _PAGE:
            return
        after = found[-1].seq


def _kept(message: Message) -> mbox.Kept:
    summary, envelope = message.summary, message.envelope
    return mbox.Kept(
        size=summary.size,
        received_at=summary.received_at,
        mail_from=envelope.mail_from,
        rcpt_to=[(recipient.address, dict(recipient.params)) for recipient in envelope.rcpt_to],
        mail_params=dict(envelope.mail_params),
        helo=envelope.helo,
        peer=envelope.peer,
        tls=envelope.tls,
        auth_user=envelope.auth_user,
        listener=envelope.listener,
        protocol=envelope.protocol,
        read=summary.read,
        pinned=summary.pinned,
        binned=summary.binned,
        tags=list(summary.tags),
    )


def _kept_of(raw: bytes) -> mbox.Kept:
    """Return what we know of a mail that no export of ours kept: its headers, and that it comes now."""
    envelope = _envelope_of(raw, InjectParameters())
    return mbox.Kept(
        size=len(raw),
        received_at=time.time_ns() // 1_000_000,
        mail_from=envelope.mail_from,
        rcpt_to=[(recipient.address, {}) for recipient in envelope.rcpt_to],
        protocol="HTTP",
    )


def _json_limit(site: Site) -> int:
    return max(JSON_LIMIT, site.section.max_message_size * 14 // 10)


ROUTES = (
    Route(
        "POST", "/v1/messages", inject, "Store a mail without SMTP", shapes.Injected, InjectParameters,
        body=shapes.Compose, takes=("message/rfc822",), body_limit=_json_limit, status=201,
        problems=("busy", "store-failed"),
    ),
    Route(
        "GET", "/v1/export", export, "Messages as mboxrd, oldest first", "application/mbox", ExportParameters,
        problems=("query-error",),
    ),
    Route(
        "POST", "/v1/import", import_, "Store an mbox, or one mail, with what an export kept", shapes.Imported,
        takes=("application/mbox", "message/rfc822"), problems=("busy", "store-failed"),
    ),
)  # fmt: skip
