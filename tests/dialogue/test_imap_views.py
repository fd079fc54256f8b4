"""No view disagrees: clients change one mailbox at once while mail arrives, and each believes only what it is told."""

from __future__ import annotations

import os
import random
import re
import threading
import time

import pytest

from tests.support.imap import Client, Running, running

SECONDS = float(os.environ.get("MAILCATCH_VIEWS", "2"))
"""How long each client goes on."""

FETCH = re.compile(rb"\* (\d+) FETCH \((.*)\)\r\n", re.DOTALL)
ITEMS = (rb"UID (\d+)", rb"FLAGS \((.*?)\)", rb"MODSEQ \((\d+)\)")


class Believer:
    """A client and its model: for each sequence number the UID and the flags, as far as it was told."""

    def __init__(self, door: Running, seed: int, *, condstore: bool) -> None:
        self.random = random.Random(seed)
        self.client = door.client("ann@example.test", mailbox=None)
        self.model: list[dict[str, object]] = []
        self.error: BaseException | None = None
        if condstore:
            self.client.ask("ENABLE CONDSTORE")
        self.ask("SELECT INBOX")
        self.ask("UID FETCH 1:* (FLAGS)")

    def ask(self, command: str) -> None:
        """Send a command and believe its answer."""
        answer = self.client.ask(command)
        self.believe_silent(command)
        may_expunge = not re.match(r"(FETCH|STORE|SEARCH) ", command)
        for response in answer.untagged:
            assert may_expunge or b"EXPUNGE" not in response, (command, response)
            self.hear(response)
        assert answer.tagged.startswith((b"OK", b"NO [EXPUNGEISSUED]")), (command, answer.tagged)

    def believe_silent(self, command: str) -> None:
        """Take a silent STORE as done: the server tells of nothing but what somebody else had a hand in."""
        found = re.fullmatch(r"(UID )?STORE (\d+)(?::(\d+|\*))? ([+-])FLAGS\.SILENT \((.*)\)", command)
        if not found:
            return
        by_uid, low, high, sign, flag = found.groups()
        for number, known in enumerate(self.model, 1):
            if by_uid and "uid" not in known:
                known.pop("flags", None)  # it may be one of them
                continue
            place = int(known["uid"]) if by_uid else number  # type: ignore[call-overload] # bytes
            last = number == len(self.model) and high == "*"
            if not (last or int(low) <= place <= (10**9 if high == "*" else int(high or low))):
                continue
            if isinstance(flags := known.get("flags"), frozenset):
                changed = {flag.encode()}
                known["flags"] = flags | changed if sign == "+" else flags - changed

    def hear(self, response: bytes) -> None:
        """Believe one untagged response."""
        if found := re.match(rb"\* (\d+) EXISTS", response):
            assert int(found[1]) >= len(self.model), response
            self.model += [{} for _ in range(int(found[1]) - len(self.model))]
        elif found := re.match(rb"\* (\d+) EXPUNGE", response):
            del self.model[int(found[1]) - 1]
        elif found := FETCH.match(response):
            known = self.model[int(found[1]) - 1]
            uid, flags, modseq = (re.search(item, found[2]) for item in ITEMS)
            if uid:
                assert known.setdefault("uid", uid[1]) == uid[1], "a number that means another message"
            if flags:
                known["flags"] = frozenset(flags[1].split()) - {b"\\Recent"}
            if modseq:
                known["modseq"] = int(modseq[1])

    def act(self) -> None:
        """Do something by chance."""
        count, some = len(self.model), self.random
        if not count:
            self.ask("NOOP")
            return
        low = some.randint(1, count)
        numbers = f"{low}:{min(count, low + some.randint(0, 5))}"
        change = f"{some.choice('+-')}FLAGS{some.choice(('', '.SILENT'))} ({some.choice(FLAGS)})"
        self.ask(
            some.choice(
                [
                    "NOOP",
                    f"STORE {numbers} {change}",
                    f"STORE {numbers} {change}",
                    f"UID STORE {low}:* {change}",
                    f"FETCH {numbers} (FLAGS BODY[TEXT])",
                    f"FETCH {numbers} (UID FLAGS)",
                    "SEARCH UNSEEN",
                    "UID FETCH 1:* (FLAGS)",
                    f"STORE {low} +FLAGS.SILENT (\\Deleted)",
                    "EXPUNGE",
                    f"COPY {numbers} INBOX",
                ]
            )
        )
        if some.random() < 0.1:
            self.idle()

    def idle(self) -> None:
        """Idle for a moment."""
        assert self.client.idle().startswith(b"+")
        for response in self.client.done().untagged:
            self.hear(response)

    def run(self, until: float) -> None:
        """Act until the time is up."""
        try:
            while time.monotonic() < until:
                self.act()
        except BaseException as error:  # noqa: BLE001 - the test's thread raises it
            self.error = error


FLAGS = ("\\Flagged", "\\Answered", "$key", "\\Seen")


def truth(client: Client) -> list[dict[str, object]]:
    """Return what a fresh SELECT and FETCH say."""
    client.ask("SELECT INBOX")
    found = []
    for response in client.ask("UID FETCH 1:* (FLAGS MODSEQ)").untagged:
        match = FETCH.match(response)
        if match:
            uid, flags, modseq = (re.search(item, match[2]) for item in ITEMS)
            assert uid and flags and modseq
            found.append(
                {"uid": uid[1], "flags": frozenset(flags[1].split()) - {b"\\Recent"}, "modseq": int(modseq[1])}
            )
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_last_noop_each_model_is_the_mailbox(seed: int):
    """UIDs, flags, and MODSEQs for the one that asked for them."""
    with running() as door:
        for _ in range(30):
            door.deliver()
        believers = [Believer(door, seed * 10 + number, condstore=number == 0) for number in range(3)]
        until = time.monotonic() + SECONDS
        threads = [threading.Thread(target=each.run, args=(until,)) for each in believers]
        for thread in threads:
            thread.start()
        while time.monotonic() < until:
            door.deliver()
        for thread in threads:
            thread.join()
        for each in believers:
            if each.error is not None:
                raise each.error
            each.ask("NOOP")
        expected = truth(door.client("ann@example.test", mailbox=None))
        assert expected, "nothing is left to compare"
        for number, each in enumerate(believers):
            compare(each.model, expected, modseqs=number == 0)


def compare(model: list[dict[str, object]], expected: list[dict[str, object]], *, modseqs: bool) -> None:
    """Hold what a client knows beside what is there; it need not know all."""
    assert len(model) == len(expected)
    for known, there in zip(model, expected, strict=True):
        for item in ("uid", "flags", "modseq") if modseqs else ("uid", "flags"):
            assert known.get(item, there[item]) == there[item], (item, known, there)
