"""Assembly: the only module that sees everything. What is made when, what stops when, and what signals do.

Made in the order store → bus → web → smtp, so that SMTP greets only when all else works. Stopped: the doors together,
for each has its own grace, then the followers, then the store. Nothing is global: `serving` can run twice in a process.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
)
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from mailcatch import __version__, log
from mailcatch.auth import Authority
from mailcatch.bus import Bus
from mailcatch.config import TEMPORARY, Config, StoreSection
from mailcatch.control import Info, Limits
from mailcatch.errors import ConfigError
from mailcatch.inbox import Inbox
from mailcatch.inbox.retention import RetentionFollower
from mailcatch.inbox.routing import Router
from mailcatch.inbox.tagging import Tagger
from mailcatch.ports import Ports, hosts_of, open_ports, told
from mailcatch.recipients import Recipients
from mailcatch.relay.door import Relay, place
from mailcatch.relay.rules import policy_of
from mailcatch.signals import Stop
from mailcatch.store.api import NewInbox, Retention, Store

if TYPE_CHECKING:
    from mailcatch.tls import Tls

logger = logging.getLogger(__name__)

FAILED = 4
"""The exit code when a door or the store fails while serving."""

GARBAGE = 20_000
"""New objects between two looks of the collector. A mail makes some hundred, hardly any in cycles; looking for those
after every seven hundred took two per cent of the time of a mail."""

_STDIN = 0
_SPARE_FILES = 128  # descriptors for the database, its readers, listeners and pipes

T = TypeVar("T")
Announce = Callable[[Info], AbstractContextManager[None]]


@dataclass(slots=True)
class Service:
    """Everything that runs for one configuration."""

    about: Info
    tls: Tls | None = None
    authority: Authority | None = None
    recipients: Recipients | None = None
    _parts: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)

    def info(self) -> Info:
        """Return the state of the process, as the doors tell it; called from any thread."""
        return self.about

    def reload(self) -> None:
        """Read certificates and users again; where that fails, what was in use stays. Called in the loop."""
        for part in (self.tls, self.authority, self.recipients):
            try:
                if part is not None:
                    part.reload()
            except ConfigError as error:
                logger.error("%s; what was in use stays", error)
        logger.info("read certificates and users again")

    def watch(self, name: str, ended: Callable[[], Awaitable[None]]) -> None:
        """Have `failed` watch over a part that must not end."""
        self._parts[name] = ended

    async def failed(self) -> None:
        """Raise as soon as a part dies; it does not return before."""
        async with asyncio.TaskGroup() as tasks:
            for name, ended in self._parts.items():
                tasks.create_task(_must_not_end(name, ended))


async def _must_not_end(name: str, ended: Callable[[], Awaitable[None]]) -> None:
    await ended()
    raise RuntimeError(f"{name} ended")


@asynccontextmanager
async def serving(config: Config) -> AsyncIterator[Service]:
    """Open all that `config` names, and close it at the end.

    Raises ConfigError for what cannot be opened; then nothing is left behind.
    """
    async with AsyncExitStack() as stack:
        ports = open_ports(config)
        stack.callback(ports.close)
        authority = Authority(config.auth)
        stack.callback(authority.close)
        policy = policy_of(config.relay, Recipients(config.recipients).domains)
        placing = place(policy, config.relay.mode) if config.relay.enabled else None
        recipients = Recipients(config.recipients, placing)
        router, tagger = Router(config.inboxes.catch_domain, config.rules.inboxes), Tagger(config.rules.tags)
        tls = await asyncio.to_thread(_tls_of, config) if config.tls.enabled else None
        service, bus = Service(_about(config, ports), tls, authority, recipients), Bus()
        store = await _opened(stack, service, config, bus)
        inbox = Inbox(store, router, tagger)
        stack.push_async_callback(asyncio.to_thread, inbox.close)
        if config.rules.inboxes:
            declared = [NewInbox(rule.name, rule.label) for rule in config.rules.inboxes]
            await asyncio.wrap_future(inbox.declare_inboxes(declared))
        listeners = (*service.about.smtp, *service.about.http, *service.about.pop3, *service.about.imap)
        relay = Relay(store, inbox, bus, config.relay, policy, listeners)
        stack.push_async_callback(asyncio.to_thread, relay.close)
        retention = RetentionFollower(store, bus, _kept(config.store))
        stack.push_async_callback(asyncio.to_thread, retention.close)
        stack.callback(bus.close)
        doors = await stack.enter_async_context(_Doors())
        if ports.http:
            from mailcatch.web import door as web

            http_sockets = [each.socket for each in ports.http]
            serving_web = web.serve(store, inbox, bus, service.info, http_sockets, config.http, relay.control)
            service.watch("the web", (await doors.open(serving_web)).ended)
        if ports.imap:
            from mailcatch.imap import door as imap

            await doors.open(imap.serve(store, inbox, bus, ports.imap, config.imap, authority=authority, tls=tls))
        if ports.pop3:
            from mailcatch.pop3 import door as pop3

            await doors.open(pop3.serve(store, inbox, ports.pop3, config.pop3, authority, tls=tls))
        if config.relay.enabled:
            service.watch("the relay", await doors.open(relay.serve()))
        else:
            relay.rest()
        if ports.smtp:
            from mailcatch.smtp import door as smtp

            await doors.open(
                smtp.serve(
                    inbox, ports.smtp, config.smtp, authority, tls,
                    recipients=recipients, offers_dsn=config.relay.enabled,
                )
            )  # fmt: skip
        retention.start()
        service.about = replace(service.about, ready=True)
        try:
            yield service
        finally:
            service.about = replace(service.about, stopping=True)


class _Doors:
    """Doors that are opened one after the other and close at the same time."""

    def __init__(self) -> None:
        self._open: list[AsyncExitStack] = []

    async def open(self, door: AbstractAsyncContextManager[T]) -> T:
        stack = AsyncExitStack()
        opened = await stack.enter_async_context(door)
        self._open.append(stack)
        return opened

    async def __aenter__(self) -> _Doors:
        return self

    async def __aexit__(self, *raised: object) -> None:
        for error in await asyncio.gather(*(stack.aclose() for stack in self._open), return_exceptions=True):
            if error is not None:
                logger.error("a door did not close well", exc_info=error)


def _tls_of(config: Config) -> Tls:
    from mailcatch.tls import Tls

    return Tls(config.tls, hosts_of(config))


async def _opened(stack: AsyncExitStack, service: Service, config: Config, bus: Bus) -> Store:
    """Open the store; its death is told to `service`, from whichever thread it happens in."""
    from mailcatch.store.sqlite import open_store

    loop = asyncio.get_running_loop()
    death: asyncio.Future[None] = loop.create_future()

    def die(error: BaseException) -> None:
        if not death.done():
            death.set_exception(error)

    def failed(error: BaseException) -> None:
        loop.call_soon_threadsafe(die, error)

    def open_it() -> Store:
        return open_store(config.store.database, bus, clear=config.store.clear, failed=failed)

    opening = loop.run_in_executor(None, open_it)
    _import_doors(config)  # half of the start, while the other half waits for the disk
    store = await opening
    stack.push_async_callback(asyncio.to_thread, store.close)
    service.watch("the store", lambda: asyncio.shield(death))
    return store


def _import_doors(config: Config) -> None:
    if config.http.listen:
        import mailcatch.web.door
    if config.imap.listen or config.tls.enabled:
        import mailcatch.imap.door
    if config.pop3.listen or config.tls.enabled:
        import mailcatch.pop3.door
    if config.smtp.listen or config.tls.enabled:
        import mailcatch.smtp.door  # noqa: F401


def _about(config: Config, ports: Ports) -> Info:
    return Info(
        version=__version__,
        database=TEMPORARY if config.store.database is None else str(config.store.database),
        limits=Limits(
            max_message_size=config.smtp.max_message_size,
            max_recipients=config.smtp.max_recipients,
            max_messages=config.store.max_messages,
            max_bytes=config.store.max_bytes,
            max_age=config.store.max_age,
        ),
        catch_domain=config.inboxes.catch_domain,
        smtp=told(ports.smtp),
        http=told(ports.http),
        pop3=told(ports.pop3),
        imap=told(ports.imap),
    )


def _kept(section: StoreSection) -> Retention:
    age = None if section.max_age is None else round(section.max_age * 1000)
    return Retention(max_messages=section.max_messages, max_age=age, max_bytes=section.max_bytes)


def run(config: Config, announce: Announce) -> int:
    """Serve until SIGINT or SIGTERM (or stdin's end, if so configured); return the exit code.

    Raises ConfigError for what cannot be opened.

    `announce` is entered with the real ports when everything is ready, and left when the end begins.
    """
    process = config.process
    log.setup("warning" if process.quiet else process.log_level, process.log_format)
    stop = Stop()
    stop.listen()
    if process.stop_with_stdin:
        stop.follow(_STDIN)
    try:
        with asyncio.Runner(loop_factory=_fast_loop()) as runner:
            return runner.run(_run(_fitted(config, raise_file_limit()), announce, stop))
    finally:
        stop.done()


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's factory where there is one: a mail that comes by a connection of its own costs a third less."""
    try:
        import uvloop
    except ImportError:  # on Windows, and on other Pythons than CPython
        return None
    return uvloop.new_event_loop


async def _run(config: Config, announce: Announce, stop: Stop) -> int:
    stop.attach(asyncio.get_running_loop())
    async with serving(config) as service:
        stop.hung_up = service.reload
        _warn_if_exposed(service.info(), login=config.auth.file is not None)
        with stop.cleaning(announce(service.info())):
            # What was made to start stays for good: the collector need not look at it again.
            gc.collect()
            gc.freeze()
            gc.set_threshold(GARBAGE, 10, 50)
            gc.enable()
            return await _until(stop, service)


async def _until(stop: Stop, service: Service) -> int:
    """Return 0 when told to stop, FAILED when a part died."""
    try:
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(service.failed())
            await stop.wait()
            watching.cancel()
    except ExceptionGroup as died:
        error: BaseException = died
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        logger.critical("mailcatch ends: %s", error, exc_info=error)
        return FAILED
    logger.info("stopping")
    return 0


def _warn_if_exposed(info: Info, *, login: bool) -> None:
    listeners = (*info.smtp, *info.http, *(() if login else (*info.pop3, *info.imap)))
    open_to_all = [str(each) for each in listeners if not _is_loopback(each.host)]
    if open_to_all:
        logger.warning(
            "%s can be reached from other machines, and there is no login: whoever does can read all mail",
            ", ".join(open_to_all),
        )


def _is_loopback(host: str) -> bool:
    return host == "::1" or host.startswith("127.")


def raise_file_limit() -> int | None:
    """Raise the number of files that may be open to what the system allows; return it, None for no limit."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (hard, 10_240):  # macOS says infinite and allows 10,240
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            continue
        soft = wanted
        break
    return None if soft == resource.RLIM_INFINITY else soft


def _fitted(config: Config, files: int | None) -> Config:
    """Shrink the doors' caps where the system allows fewer open files than they may need."""
    wanted_by = {"smtp": config.smtp.max_connections, "http": config.http.max_connections}
    wanted_by |= {"pop3": config.pop3.max_connections, "imap": config.imap.max_connections}
    wanted = sum(wanted_by.values())
    if files is None or wanted + _SPARE_FILES <= files:
        return config
    share = max(1, files - _SPARE_FILES) / wanted
    caps = {name: max(8, int(cap * share)) for name, cap in wanted_by.items()}
    said = ", ".join(f"{cap} {name.upper()}" for name, cap in caps.items())
    logger.warning("only %d files may be open here: %s connections are taken", files, said)
    return replace(
        config,
        smtp=replace(config.smtp, max_connections=caps["smtp"]),
        http=replace(config.http, max_connections=caps["http"]),
        pop3=replace(config.pop3, max_connections=caps["pop3"]),
        imap=replace(config.imap, max_connections=caps["imap"]),
    )
