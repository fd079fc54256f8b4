"""One attempt: a message, to the recipients of one domain, over as many hosts as it takes.

Each address is judged by the guard in the form in which it is then dialled, and once more when the connection says who
we are on it. What a host leaves undecided is asked of the next; what it may have taken is asked of nobody.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import ssl
import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import Any

from msgspec import Struct

from mailcatch.relay import certificates
from mailcatch.relay.acts import Act, Body, Dot, Fact, Hear, Lost, Say, Secure, Secured, TlsFailed
from mailcatch.relay.line import Line
from mailcatch.relay.lookup import Found
from mailcatch.relay.mx import MOST_SESSIONS, Problem
from mailcatch.relay.protocol import Ended, Terms, converse
from mailcatch.relay.recorder import Note
from mailcatch.relay.replies import Reply
from mailcatch.relay.resolver import Resolver
from mailcatch.relay.settings import PORT, Settings
from mailcatch.trace import AttemptResult, Order, OrderRecipient, RecipientResult, Stage

BLOCKED = "your network blocks port 25"
_NO_WAY = frozenset({errno.ENETUNREACH, errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL})
"""Said by our own system where there is no IPv6, or no network at all: nothing was dialled."""

BeforeDot = Callable[[], Awaitable[None]]
Talk = Callable[[Order, Sequence[OrderRecipient], Terms], Generator[Act, Any, Ended]]


class Means(Struct, frozen=True):
    """What an attempt works with. `before_dot` makes it durable that the end of the message is about to be sent."""

    resolver: Resolver
    note: Note
    before_dot: BeforeDot


async def attempt(order: Order, settings: Settings, means: Means, *, talk: Talk = converse) -> AttemptResult:
    """Try to bring an order; every recipient gets a result.

    Raises only CancelledError, and what `before_dot` raises: then the end was not sent.
    """
    return await _Attempt(order, settings, means, talk).run()


class _Refused(Struct, frozen=True):
    """Why an address was not talked to."""

    address: str
    why: str
    guarded: bool = False
    timed_out: bool = False
    no_way: bool = False


class _Attempt:
    def __init__(self, order: Order, settings: Settings, means: Means, talk: Talk) -> None:
        self._order, self._settings, self._talk = order, settings, talk
        self._resolver, self._note, self._before_dot = means.resolver, means.note, means.before_dot
        self._deadline = time.monotonic() + settings.timeouts.total
        self._pending = {each.number: each for each in order.recipients}
        self._results: dict[int, RecipientResult] = {}
        self._refused: list[_Refused] = []
        self._sessions = 0
        self._tls_failed = False

    async def run(self) -> AttemptResult:
        """Ask the policy once more, look up, dial, talk, and put the results together."""
        self._block()
        if self._pending:
            found = await self._look_up()
            await self._try_all(found.dial)
            self._conclude(found.problem or self._unreached())
        results = tuple([self._results[each.number] for each in self._order.recipients])
        for result in results:
            self._note("rcpt.result", **_shown(result))
        blocked = self._port_is_blocked()
        verdict = _verdict(results, BLOCKED if blocked else None)
        self._note("verdict", text=verdict, blocked_port=blocked or None)
        return AttemptResult(results, verdict, self._tls_failed, blocked)

    def _block(self) -> None:
        """Leave out whom the policy does not allow, or not any more: rules may have changed since the job was made."""
        for number, recipient in list(self._pending.items()):
            decision = self._settings.policy.decide(recipient.address)
            self._note("route.decision", address=recipient.address, way=decision.way, rule=decision.rule)
            if decision.way != "relay" or decision.address != recipient.address:
                del self._pending[number]
                self._results[number] = RecipientResult(
                    number, recipient.address, "blocked", 550, "5.7.1", f"not allowed: {decision.rule}", "policy"
                )

    async def _look_up(self) -> Found:
        """Ask the DNS, within the time of the attempt: a zone can name many hosts that nobody answers for."""
        if self._order.domain.isascii():  # else the lookup tells
            for written in sorted({each.address.rpartition("@")[2] for each in self._pending.values()}):
                if not written.isascii():
                    self._note("idna", domain=written, ascii=self._order.domain)
        try:
            async with asyncio.timeout(self._left()):
                return await self._settings.way.find(self._order.domain, self._resolver, self._note)
        except TimeoutError:
            text = f"DNS took longer than {self._settings.timeouts.total:g} s"
            return Found(self._order.domain, problem=Problem("deferred", 451, "4.4.3", text))

    async def _try_all(self, dial: Sequence[tuple[str, str]]) -> None:
        for number, (host, address) in enumerate(dial):
            line = await self._dial(host, address)
            if line is not None:
                try:
                    await self._session(line, host)
                finally:
                    line.close()
            done = not self._pending or self._sessions >= MOST_SESSIONS or time.monotonic() >= self._deadline
            if done:
                return
            if number + 1 < len(dial):
                self._note("next", host=dial[number + 1][0], why=self._why_next())

    # One address

    async def _dial(self, host: str, address: str) -> Line | None:
        settings = self._settings
        port = settings.way.port_for(address)
        if (why := settings.guard.refusal(address, port)) is not None:
            self._guarded(host, address, why)
            return None
        self._note("tcp.connect", host=host, address=address, port=port)
        began = time.monotonic()
        try:
            line = await self._connect(address, port)
        except (OSError, TimeoutError) as error:
            timed_out = isinstance(error, TimeoutError)
            why = "no answer" if timed_out else (error.strerror or str(error) or type(error).__name__)
            self._note(
                "tcp.fail", host=host, address=address, port=port, ms=_ms(began), error=why, timeout=timed_out or None
            )
            self._refused.append(
                _Refused(
                    address,
                    why,
                    timed_out=timed_out and port == PORT and bool(self._left()),
                    no_way=error.errno in _NO_WAY,
                )
            )
            return None
        if (why := settings.guard.refusal(address, port, local=[line.local])) is not None:
            line.close()
            self._guarded(host, address, why)
            return None
        self._note("tcp.open", host=host, address=address, port=port, ms=_ms(began), local=line.local)
        return line

    async def _connect(self, address: str, port: int) -> Line:
        bind, loop = self._settings.bind, asyncio.get_running_loop()
        local = (bind, 0) if bind is not None and (":" in bind) == (":" in address) else None
        async with asyncio.timeout(min(self._settings.timeouts.connect, self._left())):
            _, line = await loop.create_connection(Line, address, port, local_addr=local)
        return line

    def _guarded(self, host: str, address: str, why: str) -> None:
        self._note("guard.blocked", host=host, address=address, why=why)
        self._refused.append(_Refused(address, why, guarded=True))

    def _left(self) -> float:
        return max(self._deadline - time.monotonic(), 0.0)

    # One conversation

    async def _session(self, line: Line, host: str) -> None:
        self._sessions += 1
        smart, settings = self._settings.smart_host, self._settings
        credentials = smart.credentials if smart is not None else None
        terms = Terms(settings.helo, host, settings.level, credentials)
        ended = await self._hold(self._talk(self._order, tuple(self._pending.values()), terms), line, host)
        self._tls_failed |= ended.tls_failed
        for result in ended.results:
            self._results[result.number] = result
            if result.number not in ended.again:
                del self._pending[result.number]

    async def _hold(self, talk: Generator[Act, Any, Ended], line: Line, host: str) -> Ended:
        """Do one act after the other until the conversation is at its end."""
        try:
            act = next(talk)
            while True:
                try:
                    came = await self._do(act, line, host)
                except (Lost, TlsFailed) as error:
                    act = talk.throw(error)
                else:
                    act = talk.send(came)
        except StopIteration as stop:
            ended: Ended = stop.value
            return ended

    async def _do(self, act: Act, line: Line, host: str) -> object:
        match act:
            case Say():
                await self._say(act, line)
            case Hear():
                return await self._hear(act, line)
            case Secure():
                return await self._secure(line, host)
            case Body():
                await self._send(act.content, line)
            case Dot():
                await self._before_dot()
                await line.send(b".\r\n", self._time(self._settings.timeouts.piece))
            case Fact():
                self._note(act.kind, **act.data)
        return None

    def _time(self, seconds: float) -> float:
        """Return how long may be waited for this, of what is left in all."""
        left = self._left()
        if not left:
            raise Lost(f"the attempt took longer than {self._settings.timeouts.total:g} s")
        return min(seconds, left)

    async def _say(self, act: Say, line: Line) -> None:
        for said in (act.shown,) if act.shown else act.lines:
            self._note("smtp.c", line=said, tls=line.tls is not None or None)
        octets = "".join([f"{said}\r\n" for said in act.lines]).encode()
        try:
            await line.send(octets, self._time(self._settings.timeouts.piece))
        except Lost:
            if not line.has_said_more:
                raise  # else its last word is heard next: why it hung up

    async def _hear(self, act: Hear, line: Line) -> Reply:
        began = time.monotonic()
        while True:
            said, reply = await line.hear(self._time(self._settings.timeouts.reply(act.stage)))
            self._note("smtp.s", line=said, tls=line.tls is not None or None, ms=_ms(began))
            if reply is not None:
                return reply

    async def _send(self, content: bytes, line: Line) -> None:
        began = time.monotonic()
        await line.send(content, self._time(self._settings.timeouts.piece))
        self._note("smtp.body", bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), ms=_ms(began))

    async def _secure(self, line: Line, host: str) -> Secured:
        try:
            await line.secure(_context(), host, self._time(self._settings.timeouts.handshake))
        except TlsFailed as error:
            self._note("tls.fail", error=str(error))
            raise
        tls = line.tls
        verdict = await asyncio.to_thread(self._judge, certificates.chain_of(tls) if tls else [], host)
        self._note(
            "tls.open",
            version=tls.version() if tls else None,
            cipher=(tls.cipher() or ("",))[0] if tls else None,
            names=list(verdict.names),
            issuer=verdict.issuer,
            expires=verdict.expires,
            verified=verdict.verified,
            why=verdict.why,
        )
        return Secured(verdict.verified, verdict.why)

    def _judge(self, chain: Sequence[bytes], host: str) -> certificates.Verdict:
        try:
            roots = certificates.read_roots(self._settings.ca_file)
        except (OSError, ValueError) as error:
            return certificates.Verdict(False, f"the authorities cannot be read: {error}")
        return certificates.judge(chain, host, roots)

    # The end

    def _why_next(self) -> str:
        provisional = [self._results[number].text for number in self._pending if number in self._results]
        refused = [each.why for each in self._refused[-1:]]
        return next(iter([*provisional, *refused]), "")

    def _conclude(self, problem: Problem) -> None:
        """Give those who are left a result: what a host said last, else the problem."""
        unheard = bool(self._refused)
        for number, recipient in self._pending.items():
            before = self._results.get(number)
            if before is None or (
                before.state == "failed" and unheard
            ):  # a host that was not reached might have taken it
                self._results[number] = RecipientResult(
                    number,
                    recipient.address,
                    problem.state,
                    problem.code,
                    problem.enhanced,
                    problem.text,
                    _stage(problem),
                )

    def _unreached(self) -> Problem:
        """Say why no host was talked to."""
        dialled = [each for each in self._refused if not each.guarded]
        if self._refused and not dialled:
            why = "; ".join([f"{each.address} is {each.why}" for each in self._refused])
            text = f"no host may be dialled: {why} (relay.allow_networks names exceptions)"
            return Problem("failed", 550, "5.7.1", text)
        if self._port_is_blocked():
            return Problem("deferred", 451, "4.4.1", f"no host answered: {BLOCKED}")
        why = "; ".join(dict.fromkeys([f"{each.address}: {each.why}" for each in dialled]))
        return Problem("deferred", 451, "4.4.1", f"no host could be reached: {why}")

    def _port_is_blocked(self) -> bool:
        """Tell whether every address that was dialled kept silent on port 25: no server does, a network does.

        What our own system does not even send says nothing of that: most who have no IPv6 meet hosts that do.
        """
        dialled = [each for each in self._refused if not each.guarded and not each.no_way]
        return bool(dialled) and not self._sessions and all(each.timed_out for each in dialled)


def _context() -> ssl.SSLContext:
    """Return TLS that takes any certificate: it is judged afterwards, and opportunistic TLS has nothing better."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _stage(problem: Problem) -> Stage:
    match problem.enhanced:
        case "4.4.1":
            return "connect"
        case "5.7.1":
            return "policy"
    return "dns"


def _shown(result: RecipientResult) -> dict[str, Any]:
    return {
        "address": result.address, "state": result.state, "code": result.code, "enhanced": result.enhanced,
        "text": result.text or None, "stage": result.stage, "mta": result.mta, "uncertain": result.uncertain or None,
    }  # fmt: skip


def _verdict(results: Sequence[RecipientResult], plainly: str | None) -> str:
    """Put an attempt's end into one sentence."""
    counts: dict[str, int] = {}
    for result in results:
        counts[result.state] = counts.get(result.state, 0) + 1
    words = ", ".join([f"{count} {state}" for state, count in counts.items()])
    reason = next((f"{each.enhanced} {each.text}".strip() for each in results if each.state != "sent"), "")
    if plainly is not None:
        return f"{words}: {plainly}"
    return f"{words}: {reason}" if reason else words


def _ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
