"""The mail that is measured with: 4 KB of multipart/alternative, each different, with a rare and a common word."""

from __future__ import annotations

import random
from collections.abc import Iterator

COMMON, RARE = "invoice", "zephyrine"
EACH_COMMON, EACH_RARE = 3, 20_000
"""A message in how many has the word in its text."""

SIZE = 4096
SYLLABLES = ("ka", "lo", "mi", "ner", "tas", "vel", "dor", "ip", "sum", "an", "quo", "bra", "fil", "gon", "hut", "jek")


def vocabulary(random_: random.Random, count: int = 4000) -> list[str]:
    """Make up words: none of them is one of the two that are searched for."""
    return ["".join(random_.choices(SYLLABLES, k=random_.randint(2, 4))) for _ in range(count)]


def letters(count: int, *, seed: int = 1, size: int = SIZE) -> Iterator[bytes]:
    """Give `count` messages of about `size` bytes, the same ones for the same seed."""
    random_ = random.Random(seed)
    words = vocabulary(random_)
    for number in range(count):
        said = random_.choices(words, k=40)
        said += [COMMON] * (number % EACH_COMMON == 0) + [RARE] * (number % EACH_RARE == EACH_RARE // 2)
        yield letter(number, " ".join(random_.choices(words, k=6)), " ".join(said), size)


def letter(number: int, subject: str, text: str, size: int = SIZE) -> bytes:
    """Make one message: plain text, and HTML padded with style to the wanted size."""
    head = (
        f"From: Shop <shop@shop.example>\r\nTo: Customer {number} <c{number % 997}@box.example>\r\n"
        f"Subject: {subject}\r\nMessage-ID: <{number}@shop.example>\r\nDate: Mon, 02 Nov 2026 09:00:00 +0000\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="b-o-u-n-d"\r\n\r\n'
        f"--b-o-u-n-d\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        "--b-o-u-n-d\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><style>\r\n"
    )
    tail = f"</style><p>{text}</p></html>\r\n--b-o-u-n-d--\r\n"
    rule = "p.c { color: #123456; margin: 0 auto; padding: 4px }\r\n"
    return (head + rule * max(0, (size - len(head) - len(tail)) // len(rule)) + tail).encode()
