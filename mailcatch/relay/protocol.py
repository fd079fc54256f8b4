"""The client's side of SMTP for one connection (RFC 5321, 3207, 4954, 1870, 6152, 6531, 3461). Sans-IO.

`converse` is a generator: it yields what is to be done next and is sent what came of it, so that any sequence of
replies can be played to it. It ends with a result for each recipient. What it never does is send a message twice: when
the server has asked for the message and then is not heard any more, its recipients are `uncertain`, left to a retry.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Generator, Sequence
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from mailcatch.relay.acts import Act, Body, Dot, Fact, Hear, Lost, Say, Secure, Secured, Talk, TlsFailed
from mailcatch.relay.content import BadAddress, has_utf8_header, needs_utf8, path_of, stuffed
from mailcatch.relay.replies import Reply
from mailcatch.trace import Order, OrderRecipient, RecipientResult, Stage, State

Level = Literal["none", "may", "encrypt", "verify"]
"""How much TLS a host must give: none at all, if it offers it, always, always with a verified certificate."""


_TOO_MANY = frozenset({"4.5.3", "5.5.3"})
_WORD = re.compile(r"[^\0-\x20\x7f-\x9f\ud800-\udfff]+\Z")


class Credentials(Struct, frozen=True):
    """Who we are to a smart host; never shown."""

    user: str
    password: str
    over_any_line: bool = False
    """Also where TLS is missing or not verified."""


class Terms(Struct, frozen=True):
    """How to talk to a host. `mta` is what it is called in results."""

    helo: str
    mta: str
    level: Level = "may"
    credentials: Credentials | None = None


class Ended(Struct, frozen=True):
    """The end of a conversation: a result for each recipient, and whom another host may be asked about now."""

    results: tuple[RecipientResult, ...]
    again: frozenset[int] = frozenset()
    tls_failed: bool = False


def converse(order: Order, recipients: Sequence[OrderRecipient], terms: Terms) -> Generator[Act, Any, Ended]:
    """Bring an order's message to some of its recipients over one connection that has just been opened."""
    return _Conversation(order, recipients, terms).run(_Conversation.deliver)


def ask(order: Order, recipients: Sequence[OrderRecipient], terms: Terms) -> Generator[Act, Any, Ended]:
    """Ask whether a server would take mail for recipients: MAIL, RCPT and RSET, but no message."""
    return _Conversation(order, recipients, terms).run(_Conversation.only_ask)


class _Over(Exception):
    """The conversation cannot go on; all that is left has this result."""

    def __init__(self, state: State, code: int | None, enhanced: str, text: str, stage: Stage) -> None:
        super().__init__(text)
        self.result = RecipientResult(0, "", state, code, enhanced, text, stage)


class _Conversation:
    def __init__(self, order: Order, recipients: Sequence[OrderRecipient], terms: Terms) -> None:
        self._order, self._terms = order, terms
        self._pending = list(recipients)  # who has no result yet
        self._results: dict[int, RecipientResult] = {}
        self._again: set[int] = set()
        self._extensions: dict[str, str] = {}
        self._secured: Secured | None = None
        self._tls_failed = False
        self._stage: Stage = "banner"
        self._in_flight: frozenset[int] = frozenset()  # whose message the server has asked for

    def run(self, transactions: Any) -> Generator[Act, Any, Ended]:  # noqa: ANN401 - a generator's function
        """Open, do what is to be done, and take leave."""
        try:
            yield from self._open()
            yield from transactions(self)
            yield from self._quit()
        except _Over as over:
            self._leave(over.result)
            yield from self._quit()
        except TlsFailed as failed:
            self._tls_failed = True
            self._leave(RecipientResult(0, "", "deferred", None, "4.7.5", f"TLS failed: {failed}", "starttls"))
        except Lost as lost:
            self._lost(str(lost))
        return Ended(tuple(self._results.values()), frozenset(self._again), self._tls_failed)

    # Opening

    def _open(self) -> Talk:
        banner = yield from self._hear("banner")
        if banner.code != 220:
            raise _deferred(banner, "banner")
        yield from self._hello()
        yield from self._start_tls()
        yield from self._authenticate()

    def _hello(self) -> Talk:
        reply = yield from self._command(f"EHLO {self._terms.helo}", "ehlo")
        self._extensions = {}
        if reply.good:
            for line in reply.lines[1:]:
                keyword, _, values = line.partition(" ")
                self._extensions.setdefault(keyword.upper(), values.strip())
            yield Fact("smtp.ext", {"extensions": [line.strip() for line in reply.lines[1:]]})
            return
        if reply.temporary:
            raise _deferred(reply, "ehlo")
        reply = yield from self._command(f"HELO {self._terms.helo}", "ehlo")
        if not reply.good:
            raise _deferred(reply, "ehlo")

    def _start_tls(self) -> Talk:
        level, offered = self._terms.level, "STARTTLS" in self._extensions
        needed = level in {"encrypt", "verify"}
        if level == "none":
            return
        if not needed and offered and self._order.plain_allowed:
            yield Fact("tls.fallback", {"plain": True})
            return
        if offered:
            reply = yield from self._command("STARTTLS", "starttls")
            if reply.code == 220:
                yield from self._shake_hands()
                return
        if needed:
            raise _Over(
                "deferred", None, "4.7.4", f"the server gives no TLS, and relay.tls.level is {level}", "starttls"
            )

    def _shake_hands(self) -> Talk:
        self._stage = "starttls"
        secured: Secured = yield Secure()
        self._secured = secured
        if self._terms.level == "verify" and not secured.verified:
            text = f"the certificate is not verified: {secured.why}"
            raise _Over("deferred", None, "4.7.5", text, "starttls")
        yield from self._hello()

    def _authenticate(self) -> Talk:
        credentials = self._terms.credentials
        if credentials is None:
            return
        if not credentials.over_any_line and not (self._secured and self._secured.verified):
            raise _Over("deferred", None, "4.7.0", "the password is only given over verified TLS", "auth")
        offered = self._extensions.get("AUTH", "").upper().split()
        if "PLAIN" in offered:
            both = f"\0{credentials.user}\0{credentials.password}"
            reply = yield from self._command(f"AUTH PLAIN {_coded(both)}", "auth", shown="AUTH PLAIN …")
        elif "LOGIN" in offered:
            reply = yield from self._login(credentials)
        else:
            raise _Over("deferred", None, "4.7.0", "the server offers neither AUTH PLAIN nor LOGIN", "auth")
        if not reply.good:
            raise _deferred(reply, "auth")

    def _login(self, credentials: Credentials) -> Generator[Act, Any, Reply]:
        reply = yield from self._command("AUTH LOGIN", "auth")
        for secret in (credentials.user, credentials.password):
            if reply.code != 334:
                break
            reply = yield from self._command(_coded(secret), "auth", shown="…")
        return reply

    # Transactions

    def deliver(self) -> Talk:
        """Bring the message; recipients that are too many for one transaction get another."""
        self._check_size()
        while self._pending:
            accepted = yield from self._envelope()
            if not accepted:
                yield from self._command("RSET", "rcpt")
                break
            yield from self._send(accepted)

    def only_ask(self) -> Talk:
        """Name the envelope and take it back."""
        for recipient in (yield from self._envelope()):
            self._settle(recipient, RecipientResult(0, "", "queued", 250, "2.1.5", "the server would take it", "rcpt"))
        yield from self._command("RSET", "rcpt")

    def _check_size(self) -> None:
        limit = self._extensions.get("SIZE", "")[:20]
        size = len(self._order.content)
        if limit.isdecimal() and 0 < int(limit) < size:
            text = f"the message has {size} bytes, the server takes {limit}"
            for recipient in list(self._pending):
                self._settle(recipient, RecipientResult(0, "", "failed", 552, "5.3.4", text, "mail"))

    def _envelope(self) -> Generator[Act, Any, list[OrderRecipient]]:
        """Name sender and recipients; return those who were accepted. Who is too many stays pending."""
        self._refuse_utf8()
        asked = tuple(self._pending)
        if not asked:
            return []
        try:
            mail, rcpts = self._mail(asked), [self._rcpt(each) for each in asked]
        except BadAddress as error:
            raise _Over("failed", 553, "5.1.3", str(error), "policy") from error
        ahead = "PIPELINING" in self._extensions
        yield Say((mail, *rcpts) if ahead else (mail,))
        reply = yield from self._hear("mail")
        if not reply.good:
            yield from self._refused(asked, reply, unheard=len(asked) if ahead else 0)
            return []
        return (yield from self._recipients(asked, () if ahead else rcpts))

    def _refused(self, asked: Sequence[OrderRecipient], reply: Reply, *, unheard: int) -> Talk:
        """MAIL was refused: all get that reply; those to the recipients are of no interest any more."""
        if reply.code == 421:
            raise _deferred(reply, "mail")
        for recipient in asked:
            self._answer(recipient, reply, "mail")
        for _ in range(unheard):
            yield from self._hear("rcpt")

    def _recipients(
        self, asked: Sequence[OrderRecipient], to_say: Sequence[str]
    ) -> Generator[Act, Any, list[OrderRecipient]]:
        accepted: list[OrderRecipient] = []
        for number, recipient in enumerate(asked):
            if to_say:
                yield Say((to_say[number],))
            reply = yield from self._hear("rcpt")
            if reply.code == 421:
                raise _deferred(reply, "rcpt")
            if reply.good:
                accepted.append(recipient)
            elif not (accepted and _says_too_many(reply)):
                self._answer(recipient, reply, "rcpt")
        return accepted

    def _send(self, accepted: Sequence[OrderRecipient]) -> Talk:
        reply = yield from self._command("DATA", "data")
        asked_for = reply.code == 354
        if asked_for:
            self._in_flight = frozenset([each.number for each in accepted])
            self._stage = "body"
            yield Body(stuffed(self._order.content))
            yield Dot()
            reply = yield from self._hear("dot")
            self._in_flight = frozenset()
        if reply.code == 421:
            raise _deferred(reply, self._stage)
        for recipient in accepted:
            self._answer(recipient, reply, self._stage)
        if not asked_for and self._pending:  # the envelope still stands there, and a second MAIL would be refused
            yield from self._command("RSET", "rcpt")

    # What is said

    def _mail(self, asked: Sequence[OrderRecipient]) -> str:
        order, offered = self._order, self._extensions
        words = [f"MAIL FROM:<{path_of(order.sender)}>"]
        if "SIZE" in offered:
            words.append(f"SIZE={len(order.content)}")
        if "8BITMIME" in offered and not order.content.isascii():
            words.append("BODY=8BITMIME")
        if "SMTPUTF8" in offered and (self._whole_needs_utf8() or any(needs_utf8(each.address) for each in asked)):
            words.append("SMTPUTF8")
        if "DSN" in offered:
            words += [*_parameter("RET", order.ret), *_parameter("ENVID", order.envid)]
        return " ".join(words)

    def _rcpt(self, recipient: OrderRecipient) -> str:
        words = [f"RCPT TO:<{path_of(recipient.address)}>"]
        if "DSN" in self._extensions:
            words += [*_parameter("NOTIFY", recipient.notify), *_parameter("ORCPT", recipient.orcpt)]
        return " ".join(words)

    def _refuse_utf8(self) -> None:
        """Without SMTPUTF8 such mail cannot go this way; another host may offer it (RFC 6531 §3.2)."""
        if "SMTPUTF8" in self._extensions:
            return
        whole = self._whole_needs_utf8()
        text = "the server does not offer SMTPUTF8, which this message or address needs"
        for recipient in list(self._pending):
            if whole or needs_utf8(recipient.address):
                self._settle(recipient, RecipientResult(0, "", "failed", 553, "5.6.7", text, "mail"))
                self._again.add(recipient.number)

    def _whole_needs_utf8(self) -> bool:
        return needs_utf8(self._order.sender) or has_utf8_header(self._order.content)

    # What is heard

    def _command(self, line: str, stage: Stage, *, shown: str | None = None) -> Generator[Act, Any, Reply]:
        yield Say((line,), shown)
        return (yield from self._hear(stage))

    def _hear(self, stage: Stage) -> Generator[Act, Any, Reply]:
        self._stage = stage
        reply: Reply = yield Hear(stage)
        return reply

    def _quit(self) -> Talk:
        """Say good-bye; what becomes of that changes nothing."""
        try:
            yield Say(("QUIT",))
            yield Hear("quit")
        except (Lost, TlsFailed):
            pass

    # Results

    def _answer(self, recipient: OrderRecipient, reply: Reply, stage: Stage) -> None:
        """Give a recipient the reply that decides; who is put off may be asked for at another host."""
        if reply.good and stage == "dot":
            self._settle(recipient, _result("sent", reply, stage))
        elif reply.code // 100 == 5:
            self._settle(recipient, _result("failed", reply, stage))
        else:
            self._settle(recipient, _result("deferred", reply, stage))
            self._again.add(recipient.number)

    def _leave(self, result: RecipientResult) -> None:
        """Give all that are left one result; another host may be asked."""
        for recipient in list(self._pending):
            self._settle(recipient, result)
            self._again.add(recipient.number)

    def _lost(self, why: str) -> None:
        text = f"{why} after the message was sent; it may have been taken"
        uncertain = RecipientResult(0, "", "deferred", None, "4.4.2", text, "dot", uncertain=True)
        for recipient in list(self._pending):
            if recipient.number in self._in_flight:
                self._settle(recipient, uncertain)
        self._leave(RecipientResult(0, "", "deferred", None, "4.4.2", why, self._stage))

    def _settle(self, recipient: OrderRecipient, result: RecipientResult) -> None:
        self._pending.remove(recipient)
        self._results[recipient.number] = replace(
            result, number=recipient.number, address=recipient.address, mta=self._terms.mta
        )


def _result(state: State, reply: Reply, stage: Stage) -> RecipientResult:
    enhanced = reply.enhanced or f"{reply.code // 100}.0.0"
    if state == "deferred":
        enhanced = f"4{enhanced[1:]}"
    return RecipientResult(0, "", state, reply.code, enhanced, reply.text, stage)


def _deferred(reply: Reply, stage: Stage) -> _Over:
    found = _result("deferred", reply, stage)
    return _Over("deferred", found.code, found.enhanced or "4.0.0", found.text, stage)


def _says_too_many(reply: Reply) -> bool:
    """Tell whether a reply asks for the rest in another transaction; 552 was RFC 821's code (RFC 5321 §4.5.3.1.10)."""
    return reply.enhanced in _TOO_MANY or (reply.code in {452, 552} and reply.enhanced is None)


def _parameter(name: str, value: str | None) -> list[str]:
    """Spell a parameter; a value that could end it, or the line, is left out, wherever it came from."""
    return [f"{name}={value}"] if value and _WORD.match(value) else []


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
