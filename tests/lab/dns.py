"""A DNS server that says what a script wants, and remembers what it was asked.

It stands for the resolver that a machine is configured with: it answers with the whole chain of aliases, and may fail in
each of the ways a resolver does.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from dataclasses import dataclass
from typing import Any, Self

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from tests.lab.namespace import DNS

TTL = 30
LONGEST_CHAIN = 8


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with the questions for one name."""

    rcode: str = ""
    """Say this instead of an answer: SERVFAIL, REFUSED."""

    error: tuple[int, str] | None = None
    """RFC 8914: an extended error with its text."""

    silent: bool = False
    """Never answer."""

    delay: float = 0.0
    """Seconds before the answer."""

    lame: bool = False
    """Refer to other servers instead of answering: the delegation is wrong."""

    truncated: bool = False
    """Say over UDP that the answer is too long."""

    kind: str = ""
    """Only questions of this type; all if empty."""


@dataclass(frozen=True)
class Query:
    """One question as it came in."""

    name: str
    kind: str
    transport: str


class ScriptedDns:
    """The server; records are added while it runs."""

    def __init__(self, address: tuple[str, int] = (DNS, 53)) -> None:
        self._records: dict[tuple[dns.name.Name, str], list[dns.rdata.Rdata]] = {}
        self._troubles: dict[dns.name.Name, Trouble] = {}
        self._lock = threading.Lock()
        self.queries: list[Query] = []
        self._udp, self._tcp = _bound(address)
        self._udp.script = self._tcp.script = self
        self.address = self._udp.server_address[:2]

    def __enter__(self) -> Self:
        for server in (self._udp, self._tcp):
            threading.Thread(target=server.serve_forever, args=(0.05,), name="dns", daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()

    def add(self, zone: str, domain: str = ".") -> None:
        """Add records, one a line: `name TYPE data`; names are relative to the domain, `@` is the domain itself."""
        origin = dns.name.from_text(domain)
        for line in filter(None, map(str.strip, zone.splitlines())):
            name, kind, text = line.split(maxsplit=2)
            data = dns.rdata.from_text(dns.rdataclass.IN, kind, text, origin=origin, relativize=False)
            owner = dns.name.from_text(name, origin) if name != "@" else origin
            with self._lock:
                self._records.setdefault((owner, kind), []).append(data)

    def forget(self, domain: str) -> None:
        """Drop a domain with all that is below it."""
        name = dns.name.from_text(domain)
        with self._lock:
            for known in [key for key in self._records if key[0].is_subdomain(name)]:
                del self._records[known]

    def disturb(self, name: str, trouble: Trouble) -> None:
        """Have something go wrong with an absolute name."""
        with self._lock:
            self._troubles[dns.name.from_text(name)] = trouble

    def asked(self, name: str) -> list[str]:
        """Give the types that were asked for a name and those below it, in their order."""
        with self._lock:
            return [query.kind for query in self.queries if f".{query.name}".endswith(f".{name}")]

    def trouble(self, query: dns.message.Message, transport: str) -> Trouble:
        """Note the question; give what shall go wrong."""
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        with self._lock:
            self.queries.append(Query(question.name.to_text(omit_final_dot=True).lower(), kind, transport))
            trouble = self._troubles.get(question.name, Trouble())
        return trouble if trouble.kind in {"", kind} else Trouble()

    def answer(self, query: dns.message.Message, trouble: Trouble, transport: str) -> bytes:
        """Answer a question."""
        reply = dns.message.make_response(query, recursion_available=not trouble.lame)
        if query.edns >= 0:
            options = [dns.edns.EDEOption(*trouble.error)] if trouble.error else []
            reply.use_edns(0, options=options, payload=1232)
        if trouble.rcode:
            reply.set_rcode(dns.rcode.from_text(trouble.rcode))
        elif trouble.lame:
            reply.authority.append(_rrset(dns.name.root, _data("NS", "a.root-servers.net.")))
        elif trouble.truncated and transport == "udp":
            reply.flags |= dns.flags.TC
        else:
            self._fill(reply, query.question[0])
        return reply.to_wire()

    def _fill(self, reply: dns.message.Message, question: dns.rrset.RRset) -> None:
        """Put in the records of a name, those of what it is an alias of, or that there are none."""
        name, kind = question.name, dns.rdatatype.to_text(question.rdtype)
        with self._lock:
            for _ in range(LONGEST_CHAIN):
                if found := self._records.get((name, kind)):
                    reply.answer.append(_rrset(name, *found))
                    return
                alias = self._records.get((name, "CNAME"))
                if not alias:
                    break
                reply.answer.append(_rrset(name, *alias))
                name = alias[0].target
            if not any(known.is_subdomain(name) for known, _ in self._records):
                reply.set_rcode(dns.rcode.NXDOMAIN)
        reply.authority.append(_rrset(_zone(name), _data("SOA", f"ns.test. dns.test. 1 3600 600 86400 {TTL}")))


def _zone(name: dns.name.Name) -> dns.name.Name:
    """Give the name's last label, whose zone the answer is said to come from."""
    return dns.name.Name(name.labels[-2:])


def _data(kind: str, text: str) -> dns.rdata.Rdata:
    return dns.rdata.from_text(dns.rdataclass.IN, kind, text)


def _rrset(name: dns.name.Name, *data: dns.rdata.Rdata) -> dns.rrset.RRset:
    return dns.rrset.from_rdata(name, TTL, *data)


class _Udp(socketserver.ThreadingUDPServer):
    """One datagram, one thread: a late answer holds up no other."""

    daemon_threads = True
    allow_reuse_address = True
    script: ScriptedDns


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    script: ScriptedDns


def _bound(address: tuple[str, int]) -> tuple[_Udp, _Tcp]:
    """Listen on one port with both; where any will do, one that is free for both."""
    for _ in range(20):
        udp = _Udp(address, _answer_udp)
        try:
            return udp, _Tcp(udp.server_address[:2], _answer_tcp)
        except OSError:
            udp.server_close()
            if address[1]:
                raise
    raise OSError("no port is free for both UDP and TCP")


def _reply(script: ScriptedDns, wire: bytes, transport: str) -> bytes | None:
    """Give the answer after its delay, if there is one."""
    query = dns.message.from_wire(wire)
    trouble = script.trouble(query, transport)
    if trouble.silent:
        return None
    threading.Event().wait(trouble.delay)
    return script.answer(query, trouble, transport)


def _answer_udp(request: tuple[bytes, socket.socket], client: Any, server: _Udp) -> None:
    wire, sock = request
    with contextlib.suppress(OSError):  # the server was closed meanwhile
        if reply := _reply(server.script, wire, "udp"):
            sock.sendto(reply, client)


def _answer_tcp(request: socket.socket, client: Any, server: _Tcp) -> None:
    with contextlib.suppress(OSError, struct.error), request.makefile("rb") as file:
        while length := file.read(2):
            reply = _reply(server.script, file.read(struct.unpack("!H", length)[0]), "tcp")
            if reply is None:
                return
            request.sendall(struct.pack("!H", len(reply)) + reply)
