"""The mail that `mailcatch send` sends when it is given none: a bit of everything that an inbox shows."""

from __future__ import annotations

import struct
import zlib
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

_TEXT = """\
Hello,

this is mailcatch's own sample. It was sent over SMTP like any mail of your app, and it went no further than this inbox.

Your code is 427 913. Or confirm here:
https://app.example/confirm?token=6f1d3a

Grüße, 你好, مرحبا: other scripts arrive as they were sent.

-- 
mailcatch
"""  # noqa: W291 - a signature's separator has a blank (RFC 3676 §4.3)

_HTML = """\
<!doctype html>
<html><body style="font-family: sans-serif; max-width: 34em">
<h1 style="font-size: 1.3em"><img src="cid:{cid}" width="24" height="24" alt=""> It works</h1>
<p>This is mailcatch's own sample. It was sent over SMTP like any mail of your app, and it went no further than this
inbox.</p>
<p>Your code is <strong>427 913</strong>.</p>
<p><a href="https://app.example/confirm?token=6f1d3a" style="background: #2563eb; color: #fff; padding: .5em 1em;
border-radius: .3em; text-decoration: none">Confirm</a></p>
<p>Grüße, 你好, مرحبا: other scripts arrive as they were sent.</p>
<p><img src="https://tracker.example/pixel.gif" width="1" height="1" alt=""><small>A picture from elsewhere is not
loaded until you ask for it.</small></p>
</body></html>
"""

_CSV = "order,item,price\n1001,Mug,9.50\n1002,Poster,14.00\n"


def sample(sender: str, recipients: list[str]) -> bytes:
    """Return the mail: text and HTML, an inline picture, an attachment, 8-bit text in three scripts."""
    cid = make_msgid("mark", "mailcatch.example")
    message = EmailMessage(SMTP)
    message["From"] = f"mailcatch <{sender}>" if sender else "mailcatch <sample@mailcatch.example>"
    message["To"] = ", ".join(recipients)
    message["Subject"] = "It works: a sample from mailcatch ✓"
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain="mailcatch.example")
    message.set_content(_TEXT, cte="8bit")
    message.add_alternative(_HTML.format(cid=cid[1:-1]), subtype="html", cte="quoted-printable")
    *_, html = message.iter_parts()
    html.add_related(_png(), "image", "png", cid=cid, disposition="inline", filename="mark.png")
    message.add_attachment(_CSV.encode(), "text", "csv", filename="orders.csv")
    return message.as_bytes()


def _png() -> bytes:
    """Return a blue square of 24 × 24 pixels (PNG, ISO/IEC 15948)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + bytes((0x25, 0x63, 0xEB)) * 24) * 24
    head = struct.pack(">IIBBBBB", 24, 24, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
