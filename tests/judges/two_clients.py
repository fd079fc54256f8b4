"""`python -m tests.judges.two_clients [--seconds N] [--seed N]`: no view disagrees.

Two clients change one mailbox at random while mail arrives. Each keeps a model from untagged answers alone; after a last
NOOP it must equal what a new connection is told by SELECT and FETCH (UID FLAGS MODSEQ).
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from dataclasses import dataclass, field

from tests.judges.imap_talk import Connection, condition_of
from tests.judges.model import Contradiction, Model
from tests.judges.script import mail
from tests.judges.servers import Ours, ours
from tests.support.wire import Wire

USER = "two@judge.test"
FLAGS = (r"\Seen", r"\Flagged", r"\Answered", r"\Deleted", r"\Draft", "$Label1", "Junk")


@dataclass(slots=True)
class Client:
    """One client: its connection, its model, and what it has said (the last commands are shown when something is wrong)."""

    served: Ours
    chance: random.Random
    model: Model = field(default_factory=Model)
    said: list[str] = field(default_factory=list)
    connection: Connection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = Connection(self.served.imap)
        self.ask(f"LOGIN {USER} x")
        self.ask("SELECT INBOX (CONDSTORE)")
        self.ask("FETCH 1:* (UID FLAGS MODSEQ)")

    def ask(self, command: str) -> None:
        """Say a command and take in everything that comes. Raises Contradiction."""
        self.said.append(command)
        expunges = self.model.expunges
        responses = self.connection.command([command.encode() + b"\r\n"])
        self.model.stored(command, responses[-1])
        try:
            for response in responses:
                self.model.hear(response)
        except Contradiction as wrong:
            raise Contradiction(f"{wrong}; after {self.said[-8:]}") from None
        assert condition_of(responses[-1]).split()[0] in ("OK", "NO"), (self.said[-3:], responses[-1])
        if self.model.expunges != expunges and command.split()[0] in ("FETCH", "STORE", "SEARCH"):
            raise Contradiction(f"EXPUNGE during {command} (RFC 3501 §7.4.1)")

    def act(self) -> None:
        """Do something at random; now and then ask about what is new, as clients do."""
        if not self.model.messages:
            return self.ask("NOOP")
        number = self.chance.randint(1, len(self.model.messages))
        uid = self.model.messages[number - 1].uid
        some = f"{number}:{min(number + self.chance.randint(0, 5), len(self.model.messages))}"
        sign, silent = self.chance.choice("+-"), self.chance.choice(("", ".SILENT"))
        flags = " ".join(self.chance.sample(FLAGS, self.chance.randint(1, 3)))
        uids = f"{uid}:{uid + self.chance.randint(0, 5)}" if uid else "1:3"
        return self.ask(
            self.chance.choice(
                [
                    f"STORE {some} {sign}FLAGS{silent} ({flags})",
                    f"STORE {some} FLAGS{silent} ({flags})",
                    f"UID STORE {uids} {sign}FLAGS{silent} ({flags})",
                    f"STORE {some} (UNCHANGEDSINCE {self.chance.randint(1, 2000)}) {sign}FLAGS{silent} ({flags})",
                    f"FETCH {some} (BODY[TEXT]<0.1>)",
                    f"UID FETCH {uids} (UID FLAGS)",
                    "SEARCH UNSEEN",
                    "UID SEARCH DELETED",
                    f"UID COPY {uids} INBOX",
                    f"UID MOVE {uids} Trash",
                    f"UID EXPUNGE {uids}",
                    "EXPUNGE",
                    "NOOP",
                    "NOOP",
                ]
            )
        )

    def settle(self) -> None:
        """Hear the last news, and ask for what new messages are: the server tells of new ones only that they exist."""
        self.ask("NOOP")
        for number, known in enumerate(self.model.messages, 1):
            if known.uid is None or known.flags is None or known.modseq is None:
                self.ask(f"FETCH {number} (UID FLAGS MODSEQ)")


def judged(served: Ours, seconds: float, seed: int) -> int:
    """Run for some seconds; give the number of commands. Raises Contradiction and AssertionError."""
    for _ in range(20):
        served.deliver(USER, mail("plain.eml"))
    clients = [Client(served, random.Random(seed + number)) for number in range(2)]
    deadline = time.monotonic() + seconds
    stop = threading.Event()
    errors: list[BaseException] = []
    work = [threading.Thread(target=_busy, args=(client, deadline, errors)) for client in clients]
    arriving = threading.Thread(target=_arriving, args=(served, seed, stop))
    for thread in [*work, arriving]:
        thread.start()
    for thread in work:
        thread.join()
    stop.set()
    arriving.join()
    if errors:
        raise errors[0]
    for client in clients:
        client.settle()
    fresh = Client(served, random.Random(seed))
    for client in clients:
        wrong = [pair for pair in zip(client.model.rows(), fresh.model.rows(), strict=False) if pair[0] != pair[1]]
        assert client.model.rows() == fresh.model.rows(), (len(client.model.rows()), len(fresh.model.rows()), wrong[:5])
    return sum(len(client.said) for client in clients)


def _busy(client: Client, deadline: float, errors: list[BaseException]) -> None:
    try:
        while time.monotonic() < deadline and not errors:
            client.act()
    except BaseException as error:  # noqa: BLE001 # told by the main thread
        errors.append(error)


def _arriving(served: Ours, seed: int, stop: threading.Event) -> None:
    """Let mail come in bursts."""
    chance = random.Random(seed)
    with Wire(served.running.smtp) as wire:
        while not stop.wait(chance.random() / 20):
            for _ in range(chance.randint(1, 4)):
                wire.send(mail("plain.eml"), to=[USER])


def main() -> int:
    """Run with what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.judges.two_clients", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with ours() as served:
        commands = judged(served, asked.seconds, asked.seed)
        print(f"{commands} commands in {asked.seconds:.0f} s, seed {asked.seed}: all views agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
