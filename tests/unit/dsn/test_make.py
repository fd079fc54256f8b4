"""Reports as they are made: golden, and read back by us and by the standard library."""

from __future__ import annotations

import email
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.dsn.make import FULL_BYTES, make
from mailcatch.dsn.params import encode_xtext
from mailcatch.dsn.read import is_report, no_report_for, read
from mailcatch.dsn.values import Report, Reported

GOLDEN = Path(__file__).with_name("golden")
AT = 1_790_000_000_000
ID = "01K5M2V0000000000000000001"
MESSAGE = (
    b"Received: from app.example ([192.0.2.7])\r\n\tby mail.example (mailcatch) with ESMTP"
    b" id 01K5M2V0000000000000000000;\r\n\tMon, 21 Sep 2026 14:13:20 +0000\r\n"
    b"From: app@x.example\r\nTo: joe@y.example\r\nSubject: Your receipt\r\nMessage-ID: <one@x.example>\r\n\r\nHello.\r\n"
)
JOE = Reported(
    "joe@y.example", "failed", "5.1.1", "rfc822;list+2Bx@y.example", "mx.y.example [192.0.2.25]",
    "550 5.1.1 no such user", AT + 1_000,
)  # fmt: skip
ANN = Reported("ann@z.example", "delayed", "4.4.1", None, None, "every server timed out", AT + 1_000, AT + 7_200_000)
EVE = Reported("eve@w.example", "relayed", "2.0.0", None, "mx.w.example", "250 ok", AT + 1_000)
INTERNATIONAL = Reported("δοκιμή@y.example", "failed", "5.6.7", "utf-8;\\x{3B4}@y.example", None, "niemand da: δ", AT)


def report(*recipients: Reported) -> Report:
    return Report("mail.example", recipients, "QQ+1", AT, "app.example")


def made(*recipients: Reported, message: bytes = MESSAGE, **more) -> bytes:
    return make(report(*recipients), message, **{"to": "app@x.example", "at": AT + 2_000, "id": ID, **more})


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("failed", made(JOE)),
        ("mixed-headers", made(JOE, ANN, EVE, ret="HDRS")),
        ("delayed", made(ANN)),
        (
            "international",
            made(INTERNATIONAL, message=MESSAGE.replace(b"Your receipt", "Grüße".encode()), to="jürgen@x.example"),
        ),
    ],
)
def test_golden(name: str, raw: bytes):
    """Byte for byte; what a person reads comes first."""
    assert raw == (GOLDEN / f"{name}.eml").read_bytes()


def test_it_is_read_back():
    """All that was said comes back, and the message is found again."""
    found = read(made(JOE, ANN))
    assert found is not None
    joe, ann = found.report.recipients
    assert (found.report.mta, found.report.envid, found.report.arrived_at) == ("mail.example", "QQ+1", AT)
    assert (joe.address, joe.action, joe.status, joe.original) == (
        "joe@y.example", "failed", "5.1.1", "list+x@y.example",
    )  # fmt: skip
    assert (joe.mta, joe.diagnostic) == ("mx.y.example [192.0.2.25]", "550 5.1.1 no such user")
    assert (ann.action, ann.retry_until) == ("delayed", AT + 7_200_000)
    assert (found.message_id, found.received_ids) == ("<one@x.example>", ("01K5M2V0000000000000000000",))


def test_the_standard_library_agrees():
    """Three parts of the types that RFC 3464 wants, without a defect; no report is made about it."""
    raw = made(JOE)
    seen = email.message_from_bytes(raw)
    assert seen.get_content_type() == "multipart/report"
    assert seen.get_param("report-type") == "delivery-status"
    parts = seen.get_payload()
    assert [each.get_content_type() for each in parts] == ["text/plain", "message/delivery-status", "message/rfc822"]
    assert [part.defects for part in seen.walk()] == [[]] * 7
    assert is_report(raw)
    assert no_report_for("x@y", raw) is not None
    assert seen["In-Reply-To"] == seen["References"] == "<one@x.example>"


@pytest.mark.parametrize(
    ("recipient", "size", "ret", "kind"),
    [
        (JOE, 10, None, "message/rfc822"),
        (JOE, FULL_BYTES, None, "text/rfc822-headers"),
        (JOE, FULL_BYTES, "FULL", "message/rfc822"),
        (JOE, 10, "HDRS", "text/rfc822-headers"),
        (ANN, 10, "FULL", "text/rfc822-headers"),
        (EVE, 10, "FULL", "text/rfc822-headers"),
    ],
)
def test_how_much_is_returned(recipient: Reported, size: int, ret, kind: str):
    """As RET says, else by size; the whole message with failures only (RFC 3461 §4.3)."""
    raw = made(recipient, message=MESSAGE + b"x" * size + b"\r\n", ret=ret)
    seen = email.message_from_bytes(raw)
    assert [part.get_content_type() for part in seen.get_payload()][2] == kind


@given(st.binary(max_size=300))
def test_the_message_comes_back_byte_for_byte(message: bytes):
    """Whatever it is: it stands at the end, between its part's header and the last delimiter."""
    raw = made(JOE, message=message, ret="FULL")
    body = raw.rpartition(b"\r\n--report=")[0]
    assert body.endswith(b"\r\n\r\n" + message)
    found = read(raw)
    assert found is not None
    assert [each.address for each in found.report.recipients] == ["joe@y.example"]


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_nothing_that_was_said_begins_a_field(diagnostic: str, mta: str, envid: str):
    """A server's reply is text, whatever it contains."""
    recipient = Reported("joe@y.example", "failed", "5.0.0", None, mta, diagnostic, AT)
    raw = make(Report("mail.example", (recipient,), envid), MESSAGE, to="app@x.example", at=AT, id=ID)
    found = read(raw)
    assert found is not None
    assert [(each.address, each.action) for each in found.report.recipients] == [("joe@y.example", "failed")]
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_a_bounce_of_a_bounce_has_a_boundary_of_its_own():
    """Also when both have one id."""
    raw = made(JOE, message=made(JOE), ret="FULL")
    assert raw.count(f"--report={ID}=1--".encode()) == 1


def test_an_address_beyond_ascii_makes_it_international():
    """RFC 6533: message/global-delivery-status, and xtext is decoded."""
    raw = made(Reported("joe@y.example", "failed", "5.0.0", "rfc822;" + encode_xtext("a=b@y.example")))
    assert b"Original-Recipient: rfc822; a=b@y.example\r\n" in raw
    assert b"message/global" not in raw
    assert b"Content-Type: message/global-delivery-status\r\n" in made(INTERNATIONAL)
    assert "Final-Recipient: utf-8; δοκιμή@y.example\r\n".encode() in made(INTERNATIONAL)
