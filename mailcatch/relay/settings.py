"""How the relay goes about an attempt: frozen values that the configuration fills."""

from __future__ import annotations

from msgspec import Struct

from mailcatch.relay.guard import Guard
from mailcatch.relay.lookup import Own
from mailcatch.relay.policy import Policy
from mailcatch.relay.protocol import Credentials, Level
from mailcatch.relay.resolver import Servers
from mailcatch.relay.route import Way
from mailcatch.trace import Stage

PORT = 25
"""Where the servers of the world listen (RFC 5321 §4.5.4.2)."""


class Timeouts(Struct, frozen=True):
    """Seconds to wait: for a connection, for a reply by its stage, for a piece of the message to go, and in all."""

    connect: float
    replies: dict[Stage, float]
    handshake: float
    piece: float
    total: float

    def reply(self, stage: Stage) -> float:
        """How long a stage's reply may take."""
        return self.replies.get(stage, self.replies["mail"])


REAL = Timeouts(
    connect=30.0,
    replies={"banner": 300.0, "mail": 300.0, "data": 120.0, "dot": 600.0, "quit": 5.0},
    handshake=60.0,
    piece=180.0,
    total=3600.0,
)
"""RFC 5321 §4.5.3.2."""

DEV = Timeouts(
    connect=3.0,
    replies={"banner": 5.0, "mail": 5.0, "data": 5.0, "dot": 15.0, "quit": 1.0},
    handshake=5.0,
    piece=10.0,
    total=60.0,
)
"""For whoever sits before it and waits."""


class SmartHost(Struct, frozen=True):
    """The one server that takes everything, where there is one; its port is nobody's but the configuration's."""

    host: str
    port: int = PORT
    credentials: Credentials | None = None


class Settings(Struct, frozen=True):
    """All that an attempt needs to know of its process. `bind` is the address to send from.

    `level` is for the hosts that are talked to: those of the MX, or the smart host.
    """

    helo: str
    policy: Policy
    guard: Guard = Guard()
    own: Own = Own()
    servers: Servers = Servers()
    timeouts: Timeouts = DEV
    level: Level = "may"
    ca_file: str | None = None
    mx_port: int = PORT
    smart_host: SmartHost | None = None
    bind: str | None = None

    @property
    def way(self) -> Way:
        """What decides where mail goes."""
        smart = self.smart_host
        return Way(
            self.policy, self.guard, self.own, self.mx_port, (smart.host, smart.port) if smart is not None else None
        )
