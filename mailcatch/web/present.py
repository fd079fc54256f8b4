"""From our values to the API's shapes: each value in one function, whoever shows it."""

from __future__ import annotations

from collections.abc import Iterable

from mailcatch import control, model
from mailcatch.inbox import explaining
from mailcatch.store import api
from mailcatch.web import about, expectations, shapes
from mailcatch.web.times import rfc3339


def summary(value: model.Summary) -> shapes.Summary:
    """Return what lists and events show of a message."""
    return shapes.Summary(
        id=value.id,
        seq=value.seq,
        received_at=rfc3339(value.received_at),
        size=value.size,
        mail_from=value.mail_from,
        rcpt_to=list(value.rcpt_to),
        from_=addresses(value.from_),
        sender=addresses(value.sender),
        reply_to=addresses(value.reply_to),
        to=addresses(value.to),
        cc=addresses(value.cc),
        bcc=addresses(value.bcc),
        subject=value.subject,
        date=time(value.date),
        message_id=value.message_id,
        snippet=value.snippet,
        attachment_count=value.attachment_count,
        read=value.read,
        pinned=value.pinned,
        binned=value.binned,
        tags=list(value.tags),
        inboxes=list(value.inboxes),
        session_id=value.session_id,
        parse_error=value.parse_error,
    )


def addresses(values: Iterable[model.Address]) -> list[shapes.Address]:
    """Return mailboxes of a header field."""
    return [shapes.Address(value.name, value.address) for value in values]


def time(ms: int | None) -> str | None:
    """Return a time, or None."""
    return None if ms is None else rfc3339(ms)


def envelope(value: model.Envelope) -> shapes.Envelope:
    """Return what SMTP said."""
    return shapes.Envelope(
        mail_from=value.mail_from,
        mail_params=dict(value.mail_params),
        rcpt_to=[shapes.Recipient(each.address, dict(each.params), each.route, each.rule) for each in value.rcpt_to],
        helo=value.helo,
        peer=value.peer,
        tls=value.tls,
        auth_user=value.auth_user,
        listener=value.listener,
        protocol=value.protocol,
    )


def headers(values: Iterable[model.Header]) -> list[shapes.Header]:
    """Return header fields."""
    return [shapes.Header(value.name, value.value, value.raw) for value in values]


def parts(root: model.Part) -> list[shapes.Part]:
    """Return the tree's parts, depth first."""
    found: list[shapes.Part] = []
    waiting = [root]
    while waiting:
        value = waiting.pop()
        waiting.extend(reversed(value.children))
        found.append(part(value))
    return found


def part(value: model.Part) -> shapes.Part:
    """Return one part."""
    return shapes.Part(
        number=value.number,
        content_type=value.content_type,
        charset=value.charset,
        encoding=value.encoding,
        disposition=value.disposition,
        filename=value.filename,
        content_id=value.content_id,
        size=value.size,
        offset=value.offset,
        length=value.length,
    )


def attachment(value: model.Part) -> shapes.Attachment:
    """Return a part as an attachment."""
    return shapes.Attachment(
        number=value.number,
        filename=value.filename or "",
        content_type=value.content_type,
        size=value.size,
        content_id=value.content_id,
        inline=value.disposition == "inline" or (value.disposition is None and value.content_id is not None),
    )


def counts(value: api.Counts, cursor: str) -> shapes.Counts:
    """Return the numbers of the sidebar."""
    return shapes.Counts(
        total=value.total,
        unread=value.unread,
        pinned=value.pinned,
        binned=value.binned,
        inboxes=[shapes.InboxCount(one.name, one.total, one.unread) for one in value.inboxes],
        recipients=[shapes.RecipientCount(one.name, one.total, one.unread) for one in value.recipients],
        tags=[shapes.TagCount(one.name, one.total) for one in value.tags],
        cursor=cursor,
    )


def inboxes(values: Iterable[api.ListedInbox]) -> shapes.Inboxes:
    """Return the list of inboxes."""
    return shapes.Inboxes([inbox(value) for value in values])


def inbox(value: api.ListedInbox) -> shapes.Inbox:
    """Return an inbox with its numbers."""
    return shapes.Inbox(
        name=value.name,
        label=value.label,
        automatic=value.automatic,
        total=value.total,
        unread=value.unread,
        created_at=rfc3339(value.created_at),
        expires_at=None if value.expires_at is None else rfc3339(value.expires_at),
    )


def event(value: model.Event) -> shapes.Event:
    """Return a fact of the log."""
    about = summary(value.summary) if value.summary else None
    return shapes.Event(seq=value.seq, kind=value.kind, id=value.id, at=rfc3339(value.at), summary=about)


def session(value: model.Session) -> shapes.Session:
    """Return a dialogue without its transcript."""
    return shapes.Session(
        id=value.id,
        protocol=value.protocol,
        listener=value.listener,
        peer=value.peer,
        started_at=rfc3339(value.started_at),
        ended_at=time(value.ended_at),
        helo=value.helo,
        auth_user=value.auth_user,
        tls=value.tls,
        client=value.client,
        accepted=value.accepted,
        rejected=value.rejected,
        outcome=value.outcome,
    )


def transcript(lines: Iterable[model.TranscriptLine]) -> list[shapes.TranscriptLine]:
    """Return the lines of a dialogue."""
    return [shapes.TranscriptLine(line.t_ms, line.direction, line.line, line.tls) for line in lines]


def info(value: control.Info, cursor: str, webroot: str, relay: about.Relay) -> about.Info:
    """Return what runs here."""
    return about.Info(
        version=value.version,
        database=value.database,
        cursor=cursor,
        webroot=webroot,
        catch_domain=value.catch_domain,
        smtp=ports(value.smtp),
        http=[about.Url(f"http://{listener}{webroot}") for listener in value.http],
        pop3=ports(value.pop3),
        imap=ports(value.imap),
        limits=about.Limits(
            max_message_size=value.limits.max_message_size,
            max_recipients=value.limits.max_recipients,
            max_messages=value.limits.max_messages,
            max_bytes=value.limits.max_bytes,
            max_age=value.limits.max_age,
        ),
        relay=relay,
    )


def ports(values: Iterable[model.Listener]) -> list[about.Port]:
    """Return open sockets."""
    return [about.Port(value.host, value.port, value.tls) for value in values]


def near(value: explaining.Near) -> expectations.Near:
    """Show a message that came near."""
    leaves = [
        expectations.Leaf(leaf.field, leaf.operator, leaf.expected, leaf.actual, leaf.passed, leaf.why)
        for leaf in value.leaves
    ]
    summary = value.summary
    return expectations.Near(summary.id, summary.seq, summary.subject, rfc3339(summary.received_at), leaves)


def smtp_seen(value: explaining.SmtpSeen) -> expectations.SmtpSeen:
    """Show what SMTP saw."""
    rejected = [
        expectations.Refusal(each.code, each.enhanced, each.text, each.verb, each.user, each.peer, each.session)
        for each in value.rejected
    ]
    fruitless = [expectations.Fruitless(each.outcome, each.peer, each.session) for each in value.fruitless]
    return expectations.SmtpSeen(value.connections, value.messages, rejected, fruitless)
