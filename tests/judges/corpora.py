"""`python -m tests.judges.corpora [--share N]`: every mail of every corpus through imaplib, poplib and ImapFlow.

Bytes must be equal in all three. What ImapFlow understands of subject, addresses, part types and sizes is compared with
the API; where they disagree is counted by reason, and listed with --list. Exit 1 when bytes differ, or when there is no
reason.
"""

from __future__ import annotations

import argparse
import imaplib
import poplib
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from tests.corpus.sources import CORPORA, Mail, OutOfReach, own
from tests.judges.imapflow import Disagreement, disagreements
from tests.judges.servers import Ours
from tests.support.sink import sink
from tests.support.wire import Refused, Wire

BATCH = 500
"""Mails of one account: a client's whole mailbox."""

NO_REASON = "no reason"


def reason(each: Disagreement) -> str:
    """Say why ImapFlow does not say the same as the API."""
    their, our = str(each.theirs), str(each.ours)
    if each.what == "bytes":
        return NO_REASON
    if "\ufffd" in their or "\\x" in repr(our):
        return "bare 8-bit bytes in a header: ImapFlow reads UTF-8 only, the API guesses"
    if each.what == "parts":
        return (
            "a multipart without a part: BODYSTRUCTURE has an empty one for it"
            if "('text/plain', 0)" in their
            else NO_REASON
        )
    if each.what in ("from", "to", "cc"):
        return "no address by RFC 5322 (Undisclosed Recipients, a word alone): each reads what it can"
    return NO_REASON


def main() -> int:
    """Run all corpora; one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.judges.corpora", description=__doc__)
    parser.add_argument("--share", type=int, default=1, metavar="N", help="each Nth mail only")
    parser.add_argument("--list", action="store_true", help="show each disagreement")
    asked = parser.parse_args()
    wrong = 0
    print("| corpus | mails | why they disagree | how often |\n|---|---|---|---|")
    for corpus in (*CORPORA, *own()):
        try:
            mails = list(islice(corpus.mails(), 0, None, asked.share))
        except OutOfReach as unreachable:
            print(f"{corpus.name}: {unreachable}", file=sys.stderr)
            wrong += 1
            continue
        found = list(judged(mails))
        counts = Counter(map(reason, found))
        wrong += counts[NO_REASON]
        for why, count in sorted(counts.items()) or [("they agree", 0)]:
            print(f"| {corpus.name} | {len(mails)} | {why} | {count} |", flush=True)
        for each in found:
            if asked.list or reason(each) == NO_REASON:
                print(f"  {each}")
    return 1 if wrong else 0


def judged(mails: Sequence[Mail]) -> Iterator[Disagreement]:
    """Send mails to accounts of their own; read them by each client; give what differs."""
    with sink("--max-messages", "20000") as running:
        served = Ours(running)
        for start in range(0, len(mails), BATCH):
            user = f"corpus{start}@judge.test"
            names, sent = deliver(served, user, mails[start : start + BATCH])
            for way, found in (("imaplib", by_imap(served, user)), ("poplib", by_pop3(served, user))):
                for name, raw, got in zip(names, sent, found, strict=True):
                    if raw != got:
                        yield Disagreement(name, "bytes", f"{way}: {len(got)}", len(raw))
            yield from disagreements(served, user, names, sent)
        assert "Traceback" not in running.log, running.log[-3000:]


def deliver(served: Ours, user: str, mails: Sequence[Mail]) -> tuple[list[str], list[bytes]]:
    """Send mails; give name and bytes of those that were taken."""
    names, sent = [], []
    wire = Wire(served.running.smtp)
    for mail in mails:
        raw = mail.wire if mail.wire.endswith(b"\r\n") else mail.wire + b"\r\n"
        try:
            wire.send(raw, to=[user])
        except (Refused, OSError):  # tests.corpus judges what is refused
            wire = Wire(served.running.smtp)
            continue
        names.append(f"{mail.corpus}/{mail.name}")
        sent.append(raw)
    return names, sent


def by_imap(served: Ours, user: str) -> list[bytes]:
    """Read an INBOX with imaplib."""
    with imaplib.IMAP4(*served.imap, timeout=60) as client:
        client.login(user, "x")
        client.select("INBOX", readonly=True)
        return [each[1] for each in client.fetch("1:*", "(BODY.PEEK[])")[1] if isinstance(each, tuple)]


def by_pop3(served: Ours, user: str) -> list[bytes]:
    """Read a maildrop with poplib."""
    poplib._MAXLINE = 1 << 24  # type: ignore[attr-defined] # lines are as long as they are
    client = poplib.POP3(*served.pop3, timeout=60)
    client.user(user)
    client.pass_("x")
    found = [b"\r\n".join([*client.retr(number + 1)[1], b""]) for number in range(client.stat()[0])]
    client.quit()
    return found


if __name__ == "__main__":
    sys.exit(main())
