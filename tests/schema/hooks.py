"""What schemathesis must be told of our bodies; it loads this file itself."""

from __future__ import annotations

import schemathesis


@schemathesis.serializer("message/rfc822", "application/mbox")
def octets(context: object, value: object) -> bytes:
    """Send mail as the bytes it is; what is generated is text of any kind."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
