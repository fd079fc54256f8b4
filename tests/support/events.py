"""Waiting for the API to show something: looking again whenever the log has grown."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

PATIENCE = 20.0


def until(address: tuple[str, int], path: str, there: Callable[[Any], bool]) -> Any:
    """Return the JSON at a path as soon as it is as wanted."""
    value: Any = None
    with closing(HTTPConnection(*address, timeout=PATIENCE)) as live, closing(HTTPConnection(*address)) as asking:
        live.request("GET", "/v1/events")
        stream = live.getresponse()
        deadline = time.monotonic() + PATIENCE
        while (line := stream.readline()) and time.monotonic() < deadline:  # the stream is never silent for long
            if line.startswith(b"data:"):
                asking.request("GET", path)
                value = json.loads(asking.getresponse().read())
                if there(value):
                    return value
    raise AssertionError(f"{path}: {value}")
