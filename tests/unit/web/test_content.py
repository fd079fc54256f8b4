"""mailcatch.web.content: the bytes of a mail and of its parts."""

from __future__ import annotations

import base64

import pytest

from tests.support.web import Client, Web

PNG = bytes.fromhex("89504e470d0a1a0a") + b"not really"
MIXED = (
    b"From: a@x.test\r\nSubject: mixed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<p>\xfc</p>\r\n"
    b"--b\r\nContent-Type: image/png; name=p.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.b64encode(PNG)
    + b"\r\n--b\r\nContent-Type: image/svg+xml\r\n"
    b"Content-Disposition: attachment; filename*=utf-8''%0d%0a..%2f%c3%bc.svg\r\n\r\n<svg onload=alert(1)>\r\n--b--\r\n"
)


@pytest.fixture
def mixed(door: Web) -> str:
    return door.deliver(MIXED)


def test_raw_is_exact(client: Client, mixed: str) -> None:
    """Byte by byte, as a download."""
    answer = client.get(f"/v1/messages/{mixed}/raw")
    assert answer.body == MIXED
    assert answer.headers["content-type"] == "message/rfc822"
    assert answer.headers["content-disposition"] == f'attachment; filename="{mixed}.eml"'
    assert client.get("/v1/messages/latest/raw").body == MIXED


def test_a_long_raw_comes_in_pieces(door: Web, client: Client) -> None:
    """It is whole, and a HEAD tells its length without it."""
    raw = b"Subject: long\r\n\r\n" + b"0123456789abcdef" * 60_000
    id = door.deliver(raw)
    assert client.get(f"/v1/messages/{id}/raw").body == raw
    head = client.ask("HEAD", f"/v1/messages/{id}/raw")
    assert (head.body, head.headers["content-length"]) == (b"", str(len(raw)))


@pytest.mark.parametrize(
    ("range_", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=5-", 5, None), ("bytes=-7", -7, None), ("bytes=10-99999999", 10, None)],
)
def test_ranges(client: Client, mixed: str, range_: str, first: int, last: int | None) -> None:
    """A part of the bytes is answered with 206 and where it lies."""
    answer = client.ask("GET", f"/v1/messages/{mixed}/raw", headers={"Range": range_})
    assert answer.status == 206
    assert answer.body == MIXED[first : None if last is None else last + 1]
    start = first % len(MIXED)
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(answer.body) - 1}/{len(MIXED)}"


@pytest.mark.parametrize("range_", ["bytes=0-1,4-5", "lines=1-2", "bytes=x-", "bytes=-", "bytes=9-3", ""])
def test_ranges_that_are_not_ours_give_all(client: Client, mixed: str, range_: str) -> None:
    """RFC 9110 lets a server ignore what it does not do."""
    answer = client.ask("GET", f"/v1/messages/{mixed}/raw", headers={"Range": range_})
    assert (answer.status, answer.body) == (200, MIXED)


def test_a_range_outside(client: Client, mixed: str) -> None:
    """416, with the length."""
    for first in (len(MIXED), 99999):
        answer = client.ask("GET", f"/v1/messages/{mixed}/raw", headers={"Range": f"bytes={first}-"})
        assert (answer.problem, answer.headers["content-range"]) == ("range", f"bytes */{len(MIXED)}")


def test_html_is_shown_as_text(client: Client, mixed: str) -> None:
    """Its source, decoded; never a page of our origin."""
    answer = client.get(f"/v1/messages/{mixed}/html")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body.decode().strip() == "<p>ü</p>"


def test_no_html(door: Web, client: Client) -> None:
    """A mail without HTML says so."""
    id = door.deliver()
    assert client.get(f"/v1/messages/{id}/html").problem == "not-found"
    assert client.get(f"/v1/messages/{id}/text").body.strip() == b"Hi Bob."


def test_text_and_html_have_lf_for_line_ends(door: Web, client: Client) -> None:
    """What programs compare with; a CR alone ends no line. Raw and parts stay as they came."""
    raw = (
        b"Subject: lines\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\n\r\none\r\ntwo\rthree\nfour\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>\r\none\r\n</p>\r\n--b--\r\n"
    )
    id = door.deliver(raw)
    text, html = "one\ntwo\rthree\nfour\n", "<p>\none\n</p>"
    whole = client.get(f"/v1/messages/{id}").json()
    assert (whole["text"], whole["html"]) == (text, html)
    assert client.get(f"/v1/messages/{id}/text").body == text.encode()
    assert client.get(f"/v1/messages/{id}/html").body == html.encode()
    assert client.get(f"/v1/messages/{id}/parts/1").body == b"one\r\ntwo\rthree\nfour\r\n"
    assert client.get(f"/v1/messages/{id}/raw").body == raw


def test_headers_in_their_order(client: Client, mixed: str) -> None:
    """As they stand in the mail."""
    headers = client.get(f"/v1/messages/{mixed}/headers").json()["headers"]
    assert [header["name"] for header in headers] == ["From", "Subject", "MIME-Version", "Content-Type"]


def test_parts(client: Client, mixed: str) -> None:
    """A picture is a picture; what could run is a download of bytes."""
    parts = client.get(f"/v1/messages/{mixed}/parts").json()["parts"]
    assert [part["number"] for part in parts] == ["", "1", "2", "3"]
    picture = client.get(f"/v1/messages/{mixed}/parts/2")
    assert (picture.body, picture.headers["content-type"]) == (PNG, "image/png")
    assert picture.headers["content-disposition"].startswith("inline")
    for number in ("1", "3"):
        answer = client.get(f"/v1/messages/{mixed}/parts/{number}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["content-security-policy"].startswith("sandbox")


def test_attachments(client: Client, mixed: str) -> None:
    """Always a download, its name made safe."""
    listed = client.get(f"/v1/messages/{mixed}/attachments").json()["attachments"]
    assert {one["number"] for one in listed} >= {"3"}
    answer = client.get(f"/v1/messages/{mixed}/attachments/3")
    assert answer.headers["content-disposition"] == "attachment; filename=\"_.svg\"; filename*=UTF-8''%C3%BC.svg"
    assert client.get(f"/v1/messages/{mixed}/attachments/2").headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("number", ["9", "0", "1.1", "x", "-1", "..", "1" * 500])
def test_no_such_part(client: Client, mixed: str, number: str) -> None:
    """404, whatever stands for a number."""
    assert client.get(f"/v1/messages/{mixed}/parts/{number}").problem == "not-found"
