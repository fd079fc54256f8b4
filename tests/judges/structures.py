"""`python -m tests.judges.structures [--share N] [--list]`: ENVELOPE and BODYSTRUCTURE of every mail of every corpus.

Each mail is APPENDed to Dovecot and to us, then both are asked for `FETCH 1:* (ENVELOPE BODYSTRUCTURE RFC822.SIZE)`. What
they answer is parsed and compared field by field and part by part. Where they disagree is counted by reason; exit 1 when
there is none.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from tests.corpus.sources import CORPORA, Mail, OutOfReach, own
from tests.judges.imap_talk import Connection
from tests.judges.servers import Server, ours, theirs
from tests.judges.structure_reasons import NO_REASON, Difference, reason
from tests.judges.tokens import Text, Value, values

BATCH = 500
"""Mails of one account."""

USER = "structures{number}@judge.test"
SINGLE = ("date", "subject", "from", "sender", "reply-to", "to", "cc", "bcc", "in-reply-to", "message-id")
"""The fields of an ENVELOPE in their order."""

LEAF = ("type", "subtype", "params", "id", "description", "encoding", "octets")
EXTENSIONS = ("disposition", "language", "location")
Fields = dict[str, Value]


def compared(mails: Sequence[Mail]) -> Iterator[Difference]:
    """Have both read mails; give every difference."""
    with theirs() as dovecot, ours() as mailcatch:
        for number, start in enumerate(range(0, len(mails), BATCH)):
            batch = mails[start : start + BATCH]
            user = USER.format(number=number)
            for mail, their, our in zip(batch, said(dovecot, user, batch), said(mailcatch, user, batch), strict=True):
                for what in sorted(their.keys() | our.keys()):
                    if their.get(what) != our.get(what):
                        yield Difference(mail, what, their.get(what), our.get(what))


def said(server: Server, user: str, mails: Sequence[Mail]) -> list[Fields]:
    """Append mails to a server and give what it says of each."""
    with Connection(server.imap) as connection:
        connection.command([f"LOGIN {user} x\r\n".encode()])
        for mail in mails:
            answer = connection.command([b"APPEND INBOX {%d+}\r\n%s\r\n" % (len(mail.wire), mail.wire)])
            assert b" OK " in answer[-1], (mail.name, answer)
        connection.command([b"EXAMINE INBOX\r\n"])
        answers = connection.command([b"FETCH 1:* (ENVELOPE BODYSTRUCTURE RFC822.SIZE)\r\n"])
    return [fields(items) for _, _, word, items in (values(data) for data in answers[:-1]) if word == "FETCH"]


def fields(items: Value) -> Fields:
    """Give what a FETCH says, each thing by its name: `subject`, `size`, `1.2 params`."""
    assert isinstance(items, list)
    by_name = dict(zip(map(str, items[::2]), items[1::2], strict=True))
    found: Fields = {"size": by_name["RFC822.SIZE"]}
    found |= envelope(by_name["ENVELOPE"])
    return found | structure(by_name["BODYSTRUCTURE"], "")


def envelope(value: Value, where: str = "") -> Fields:
    """Give the fields of an ENVELOPE."""
    assert isinstance(value, list)
    return {f"{where}{name}": each for name, each in zip(SINGLE, value, strict=True)}


def structure(value: Value, where: str) -> Fields:
    """Give the fields of a BODYSTRUCTURE, each with the number of its part before it."""
    assert isinstance(value, list)
    if isinstance(value[0], list):
        return multipart(value, where)
    at = f"{where or '1'} "
    leaf = list(value)
    found: Fields = {f"{at}{name}": lower(name, leaf.pop(0)) for name in LEAF}
    if found[f"{at}type"] == b"message" and isinstance(leaf[0], list):
        found |= envelope(leaf.pop(0), at) | structure(leaf.pop(0), f"{where or '1'}.")
    if found[f"{at}type"] in (b"text", b"message") and leaf[0] is not None and not isinstance(leaf[0], Text):
        found[f"{at}lines"] = leaf.pop(0)
    return found | {f"{at}{name}": lower(name, each) for name, each in zip(("md5", *EXTENSIONS), leaf, strict=True)}


def multipart(value: list[Value], where: str) -> Fields:
    """Give the fields of a multipart and of its parts."""
    found: Fields = {}
    children = [each for each in value if isinstance(each, list)]
    count = next(number for number, each in enumerate(value) if not isinstance(each, list))
    prefix = where if not where or where.endswith(".") else f"{where}."
    for number, child in enumerate(children[:count], 1):
        found |= structure(child, f"{prefix}{number}")
    names = ("subtype", "params", *EXTENSIONS)
    at = f"{where.rstrip('.')} multipart "
    return found | {f"{at}{name}": lower(name, each) for name, each in zip(names, value[count:], strict=True)}


def lower(name: str, value: Value) -> Value:
    """Give a value without what means nothing (RFC 2045 §5.1, RFC 2046 §4.1.2).

    That is the case of types, of an encoding, of parameters' names and of a charset, and the order of parameters.
    """
    if name in ("type", "subtype", "encoding") and isinstance(value, Text):
        return Text(value.lower())
    if name == "params" and isinstance(value, list):
        return parameters(value)
    if name == "disposition" and isinstance(value, list):
        return [lower("type", value[0]), lower("params", value[1])]
    return value


def parameters(value: list[Value]) -> list[Value]:
    """Give the pairs of a list of parameters in the order of their names."""
    found: list[tuple[bytes, Text]] = []
    for name, written in zip(value[::2], value[1::2], strict=True):
        assert isinstance(name, Text)
        assert isinstance(written, Text)
        key = name.lower()
        found.append((key, Text(written.lower()) if key == b"charset" else written))
    return [[Text(key), written] for key, written in sorted(found)]


def main() -> int:
    """Run all corpora; one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.judges.structures", description=__doc__)
    parser.add_argument("--share", type=int, default=1, metavar="N", help="each Nth mail only")
    parser.add_argument("--list", action="store_true", help="show each difference")
    asked = parser.parse_args()
    wrong = 0
    print("| corpus | mails | why they differ | in how many |\n|---|---|---|---|")
    for corpus in (*CORPORA, *own()):
        try:
            mails = list(islice(corpus.mails(), 0, None, asked.share))
        except OutOfReach as unreachable:
            print(f"{corpus.name}: {unreachable}", file=sys.stderr)
            wrong += 1
            continue
        found = list(compared(mails))
        counts = Counter(why for why, _ in {(reason(each), each.mail.name) for each in found})
        wrong += counts[NO_REASON]
        for why, count in sorted(counts.items()) or [("they agree", 0)]:
            print(f"| {corpus.name} | {len(mails)} | {why} | {count} |", flush=True)
        for each in found:
            if asked.list or reason(each) == NO_REASON:
                print(f"  {each}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
