"""One mail there and back: accepted over SMTP, equal when read, and shown by every endpoint without a 5xx."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.corpus.sources import Mail
from tests.support.http import Answer, Http
from tests.support.sink import Sink
from tests.support.wire import Refused, Wire, as_sent


@dataclass(slots=True)
class Result:
    """What came of a run: how many mails went through, each failure by name, the seconds of each request."""

    mails: int = 0
    parse_errors: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Give the time in seconds that `share` of all requests stayed under."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class RoundTrip:
    """Sends mails to one sink and reads back everything that the API shows of them."""

    def __init__(self, sink: Sink, http: Http) -> None:
        self._sink = sink
        self._http = http
        self._wire = Wire(sink.smtp)
        self.result = Result()

    def take(self, name: str, raw: bytes) -> None:
        """Send one mail and note what goes wrong."""
        try:
            message = self._wire.send(raw)
        except (Refused, OSError) as error:
            self.result.failures.append(f"{name}: not accepted: {error}")
            self._wire = Wire(self._sink.smtp)
            return
        self.result.mails += 1
        self.result.failures += [f"{name}: {wrong}" for wrong in self._read_back(message, as_sent(raw))]

    def _read_back(self, message: str, sent: bytes) -> Iterator[str]:
        base = f"/v1/messages/{message}"
        whole = self._ask(base)
        if whole.status != 200:
            yield f"GET {base}: {whole.status}"
            return
        shown = whole.json()
        self.result.parse_errors += shown["parse_error"] is not None
        if self._ask(f"{base}/raw").body != sent:
            yield f"GET {base}/raw: the bytes differ"
        for path in views(base, shown):
            status = self._ask(path).status
            if status not in ({200, 404} if path.endswith("/html") else {200}):
                yield f"GET {path}: {status}"

    def _ask(self, path: str) -> Answer:
        answer = self._http.get(path)
        self.result.seconds.append(answer.seconds)
        return answer


def run(sink: Sink, mails: Iterable[tuple[str, bytes]]) -> Result:
    """Take every mail, its name and its bytes, one after the other."""
    with Http(sink.http) as http:
        trip = RoundTrip(sink, http)
        for name, raw in mails:
            trip.take(name, raw)
    return trip.result


def both(mails: Iterable[Mail]) -> Iterator[tuple[str, bytes]]:
    """Give each mail in each of its forms."""
    for mail in mails:
        for form, raw in forms(mail):
            yield f"{mail.corpus}/{mail.name} ({form})", raw


def alternately(mails: Iterable[Mail]) -> Iterator[tuple[str, bytes]]:
    """Give each mail in one form: the first with CRLF, the next as its file has it, and so on."""
    for number, mail in enumerate(mails):
        yield f"{mail.corpus}/{mail.name}", mail.raw if number % 2 else mail.wire


def forms(mail: Mail) -> Iterator[tuple[str, bytes]]:
    """Give the mail with CRLF, and as its file has it where that differs: bare LF is what careless apps send."""
    yield "CRLF", mail.wire
    if mail.raw != mail.wire:
        yield "as is", mail.raw


def views(base: str, shown: dict[str, Any]) -> Iterator[str]:
    """Name everything that can be read of a message besides its raw bytes."""
    yield from (f"{base}/{view}" for view in ("text", "html", "headers"))
    yield from [shown["frame"]] if shown["frame"] else []
    yield from (f"{base}/parts/{part['number']}" for part in shown["parts"] if part["number"])
    yield from (f"{base}/attachments/{part['number']}" for part in shown["attachments"])
