"""Reports as servers write them, and as they never should."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.dsn.read import MOST_RECIPIENTS, is_report, no_report_for, read
from mailcatch.dsn.values import Reported, Returned

SAMPLES = Path(__file__).with_name("samples")
AT = 1_790_000_000_000
OURS = "01K5M2V0000000000000000000"


def sample(name: str) -> Returned:
    """Read a sample."""
    found = read((SAMPLES / f"{name}.eml").read_bytes())
    assert found is not None
    return found


def judged(name: str) -> list[tuple[str, str, str]]:
    return [(each.address, each.action, each.status) for each in sample(name).report.recipients]


JOE = ("joe@far.example", "failed")


@pytest.mark.parametrize(
    ("name", "recipients"),
    [
        ("postfix", [(*JOE, "5.1.1"), ("ann@slow.example", "delayed", "4.4.1")]),
        ("exim", [(*JOE, "5.0.0")]),
        ("exim-text", [(*JOE, "5.1.1"), ("ann@far.example", "failed", "")]),
        ("sendmail", [(*JOE, "5.1.1")]),
        ("exchange", [(*JOE, "5.1.10")]),
        ("gmail", [(*JOE, "5.1.1")]),
        ("qmail", [(*JOE, "5.1.1"), ("ann@gone.example", "failed", "5.1.2")]),
        ("international", [("δοκιμή@far.example", "failed", "5.1.1")]),
        ("base64-status", [(*JOE, "5.7.1")]),
    ],
)
def test_who_failed_and_why(name: str, recipients: list[tuple[str, str, str]]):
    """Each server's form gives the same values."""
    assert judged(name) == recipients


@pytest.mark.parametrize("name", ["postfix", "exim", "exim-text", "sendmail", "exchange", "gmail", "qmail"])
def test_the_message_that_it_is_about(name: str):
    """Its Message-ID, and among the ids that servers gave it the one that we gave."""
    found = sample(name)
    assert found.message_id == "<one@shop.example>"
    assert OURS in found.received_ids
    assert "joe@far.example" in found.text


def test_all_of_a_report():
    """Every field of RFC 3464 that says something."""
    report = sample("postfix").report
    assert (report.mta, report.envid, report.arrived_at) == ("mx1.example", "QQ314159", AT)
    assert report.recipients == (
        Reported(
            "joe@far.example", "failed", "5.1.1", "list@near.example", "mx.far.example",
            "550 5.1.1 <joe@far.example>: Recipient address    rejected: User unknown".replace("    ", " "),
        ),
        Reported(
            "ann@slow.example", "delayed", "4.4.1", None, None,
            "connect to mx.slow.example[192.0.2.26]:25: Connection timed out", None, AT + 5 * 86_400_000,
        ),
    )  # fmt: skip
    assert sample("sendmail").report.recipients[0].last_attempt_at == AT + 1_000
    assert sample("sendmail").report.received_from == "mail.shop.example"
    assert sample("international").report.recipients[0].original == "δοκιμή@far.example"


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: hi\r\n\r\nhi\r\n",
        b"",
        b"From: MAILER-DAEMON@x\r\nSubject: Undelivered\r\n\r\nYour mail to joe@far.example failed: 550 5.1.1\r\n",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n--b--\r\n",
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b\r\n\r\n--b--\r\n",
        b"X-Failed-Recipients: nobody\r\n\r\nx\r\n",
    ],
)
def test_what_is_none(raw: bytes):
    """A sender's name and words alone make no report; nor does one without a recipient, nor one that mail was read."""
    assert read(raw) is None


def test_an_attached_report_is_not_one():
    """Somebody forwards a bounce: nothing has bounced."""
    report = (SAMPLES / "postfix.eml").read_bytes()
    raw = (
        b"Subject: look\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n\r\nlook\r\n--out\r\n"
        b"Content-Type: message/rfc822\r\n\r\n" + report + b"\r\n--out--\r\n"
    )
    assert read(raw) is None


def test_recipients_are_bounded():
    """However many a report names."""
    block = b"Final-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.0.0\r\n\r\n"
    raw = (
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + block * 2_000
        + b"--b--\r\n"
    )
    found = read(raw)
    assert found is not None
    assert len(found.report.recipients) == MOST_RECIPIENTS


@pytest.mark.parametrize(
    ("sender", "header", "why"),
    [
        ("a@b", b"Subject: x", None),
        ("a@b", b"Auto-Submitted: no", None),
        ("a@b", b"Auto-Submitted: No; owner=x", None),
        ("", b"Subject: x", "<>"),
        ("a@b", b"Auto-Submitted: auto-generated", "a program"),
        ("a@b", b"auto-submitted: auto-replied (vacation)", "a program"),
        ("a@b", b"Content-Type: multipart/report; boundary=b", "a report itself"),
    ],
)
def test_to_whom_none_is_sent(sender: str, header: bytes, why: str | None):
    """Reports about reports go round for ever."""
    found = no_report_for(sender, header + b"\r\n\r\nx\r\n")
    assert found is None if why is None else why in (found or "")


def test_every_sample_says_that_it_is_a_report_or_cannot():
    """By its header alone."""
    known = {path.stem for path in SAMPLES.glob("*.eml") if is_report(path.read_bytes())}
    assert known == {"postfix", "exim", "sendmail", "exchange", "gmail", "international"}


@given(st.sampled_from(sorted(SAMPLES.glob("*.eml"))), st.data())
def test_a_damaged_report_is_read_or_not(path: Path, data: st.DataObject):
    """Nothing raises, wherever it is cut and whatever is put in."""
    raw = path.read_bytes()
    at = data.draw(st.integers(0, len(raw)))
    damaged = raw[:at] + data.draw(st.binary(max_size=20)) + raw[data.draw(st.integers(at, len(raw))) :]
    assert isinstance(read(damaged), Returned | None)
