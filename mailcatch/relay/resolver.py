"""Questions to the DNS: one name, one type, and an answer that says what is known or why nothing is.

The servers are those of the configuration, else of the system. Each is asked in its turn, over TCP where an answer is
too long for UDP; extended errors (RFC 8914) are asked for and kept. Nothing is cached: a trace shows what is asked now.
Names that answers hold are shown as they came, and compared as DNS compares them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import dns.asyncquery
import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

from mailcatch.relay.answers import Answer, Mx, Status
from mailcatch.relay.recorder import Note

Kind = Literal["MX", "A", "AAAA"]

LONGEST_CHAIN = 8
MOST_RECORDS = 100
PAYLOAD = 1232
"""Octets of an answer over UDP: what passes everywhere without fragments (RFC 9715 §3)."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Whom to ask, and how long to wait: `patience` in seconds for one server, each is asked `rounds` times."""

    addresses: tuple[str, ...] = ()
    port: int = 53
    patience: float = 3.0
    rounds: int = 2


class Resolver:
    """Asks the servers; one object for any number of questions at a time."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    async def ask(self, name: str, kind: Kind, note: Note) -> Answer:
        """Ask for the records of a name in ASCII; never raises, an answer may be that it failed."""
        try:
            wanted = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError) as error:
            return Answer(name, "nxdomain", error=f"{name} is no name of the DNS: {error}")
        chain: list[str] = []
        for _ in range(LONGEST_CHAIN):
            said = await self._look_up(wanted, kind, note)
            chain += said.chain
            if said.further is None:
                return Answer(name, said.status, said.mx, said.addresses, tuple(chain), said.why or None)
            wanted = said.further
        return Answer(name, "failed", aliases=tuple(chain), error=f"{name} is an alias of an alias, without end")

    async def _look_up(self, name: dns.name.Name, kind: Kind, note: Note) -> _Said:
        """Ask one server after the other until one knows."""
        addresses = self._servers.addresses or _of_the_system()
        last = _Said("failed", name, why="no DNS server is configured")
        for address in [*addresses] * self._servers.rounds:
            last = await self._ask_server(address, name, kind, note)
            if last.status != "failed":
                break
        return last

    async def _ask_server(self, address: str, name: dns.name.Name, kind: Kind, note: Note) -> _Said:
        """Put one question to one server, and note both."""
        shown, server = _text(name), _server(address, self._servers.port)
        note("dns.query", name=shown, type=kind, server=server)
        began = time.monotonic()
        said, reply, by_tcp = _Said("failed", name), None, False
        try:
            async with asyncio.timeout(self._servers.patience):
                reply, by_tcp = await dns.asyncquery.udp_with_fallback(
                    _question(name, kind), address, port=self._servers.port, ignore_unexpected=True
                )
            said = _read(reply, name, kind)
        except TimeoutError:
            said = _Said("failed", name, why=f"{server} does not answer")
        except (OSError, EOFError, dns.exception.DNSException) as error:
            said = _Said("failed", name, why=f"{server}: {str(error) or type(error).__name__}")
        extended = _extended(reply) if reply is not None else None
        if said.status == "failed" and extended:
            said = _Said("failed", name, why=f"{said.why} ({extended})", chain=said.chain)
        note(
            "dns.answer",
            name=shown,
            type=kind,
            rcode=dns.rcode.to_text(reply.rcode()) if reply is not None else None,
            ms=round((time.monotonic() - began) * 1000),
            ttl=said.ttl,
            records=[*(f"{mx.preference} {mx.name or '.'}" for mx in said.mx), *said.addresses] or None,
            cname=list(said.chain) or None,
            server=server,
            error=extended,
            note=said.why or ("by TCP" if by_tcp else None),
        )
        return said


@dataclass(frozen=True, slots=True)
class _Said:
    """What one reply means; `further` is the name to ask for next, where the reply ends at an alias."""

    status: Status
    canonical: dns.name.Name
    mx: tuple[Mx, ...] = ()
    addresses: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    ttl: int | None = None
    why: str = ""
    further: dns.name.Name | None = None


def _question(name: dns.name.Name, kind: Kind) -> dns.message.QueryMessage:
    return dns.message.make_query(name, kind, use_edns=0, payload=PAYLOAD)


def _read(reply: dns.message.Message, name: dns.name.Name, kind: Kind) -> _Said:
    """Tell what a reply means for a question (RFC 2308 §2)."""
    rcode = reply.rcode()
    if rcode == dns.rcode.NXDOMAIN:
        return _Said("nxdomain", name, chain=_chain(reply, name)[0])
    if rcode != dns.rcode.NOERROR:
        return _Said("failed", name, why=f"the DNS says {dns.rcode.to_text(rcode)}")
    chain, canonical = _chain(reply, name)
    found = _records_of(reply, canonical, kind)
    if found is not None:
        records = list(found)[:MOST_RECORDS]
        mx = tuple([Mx(each.preference, _text(each.exchange)) for each in records if kind == "MX"])
        addresses = tuple([str(each.address) for each in records if kind != "MX"])
        return _Said("ok", canonical, mx, addresses, chain, found.ttl)
    if _is_lame(reply):
        return _Said("failed", name, why="the delegation is lame: the server refers to others and answers for none")
    if chain and not reply.authority:
        return _Said("empty", canonical, chain=chain, further=canonical)
    return _Said("empty", canonical, chain=chain)


def _chain(reply: dns.message.Message, name: dns.name.Name) -> tuple[tuple[str, ...], dns.name.Name]:
    """Follow the aliases within a reply; give the names on the way, and the last one."""
    names: list[str] = []
    aliases = {rrset.name: rrset[0].target for rrset in reply.answer if rrset.rdtype == dns.rdatatype.CNAME}
    while name in aliases and len(names) <= LONGEST_CHAIN:
        name = aliases[name]
        names.append(_text(name))
    return tuple(names), name


def _records_of(reply: dns.message.Message, name: dns.name.Name, kind: Kind) -> dns.rrset.RRset | None:
    wanted = dns.rdatatype.from_text(kind)
    return next((rrset for rrset in reply.answer if rrset.name == name and rrset.rdtype == wanted), None)


def _is_lame(reply: dns.message.Message) -> bool:
    """Tell whether a server only points elsewhere: no answer, no SOA, not even recursion (RFC 2308 §2.2.1, §7)."""
    types = {rrset.rdtype for rrset in reply.authority}
    answers = reply.flags & (dns.flags.AA | dns.flags.RA)
    return not reply.answer and not answers and dns.rdatatype.SOA not in types


def _extended(reply: dns.message.Message) -> str | None:
    """Give the extended errors of a reply (RFC 8914): `22: text`."""
    errors = [option for option in reply.options if isinstance(option, dns.edns.EDEOption)]
    return "; ".join([f"{int(each.code)}: {each.text or each.code.name}" for each in errors]) or None


def _of_the_system() -> Sequence[str]:
    """Give the servers of /etc/resolv.conf, or of the registry."""
    try:
        return [str(server) for server in dns.resolver.Resolver().nameservers]
    except dns.exception.DNSException:
        return ()


def _server(address: str, port: int) -> str:
    return address if port == 53 else f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True) if name != dns.name.root else ""
