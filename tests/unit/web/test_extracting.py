"""mailcatch.web.extracting: links and codes of a stored message."""

from __future__ import annotations

from tests.support.web import Client, Web

MAIL = (
    b"Subject: =?utf-8?q?Ihr_Best=C3=A4tigungscode?=\r\nList-Unsubscribe: <https://x.test/u>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n'
    b"--a\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Best=C3=A4tigen: https://x.test/confirm/91ab22cd33ef44aa=\r\nbb\r\n\r\n553 201\r\n"
    b"--a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"PHA+PGI+NTUzIDIwMTwvYj48L3A+\r\n--a--\r\n"
    b"--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nYour code is 111111. https://x.test/inner\r\n--m--\r\n"
)


def test_links_and_codes(door: Web) -> None:
    """Each by itself, and with the whole message: decoded, the attached message last."""
    id = door.deliver(MAIL)
    links = door.client.get(f"/v1/messages/{id}/links").json()["links"]
    assert [(link["url"], link["kind"]) for link in links] == [
        ("https://x.test/confirm/91ab22cd33ef44aabb", "action"),
        ("https://x.test/u", "unsubscribe"),
        ("https://x.test/inner", "other"),
    ]
    codes = door.client.get(f"/v1/messages/{id}/codes").json()["codes"]
    assert [code["value"] for code in codes] == ["553201", "111111"]
    assert codes[0]["confidence"] > codes[1]["confidence"] >= 0.5
    whole = door.client.get(f"/v1/messages/{id}").json()
    assert (whole["links"], whole["codes"]) == (links, codes)


def test_a_mail_without(door: Web) -> None:
    """Has none; an unknown one is not there."""
    id = door.deliver(b"\r\n")
    assert door.client.get(f"/v1/messages/{id}/links").json() == {"links": []}
    assert door.client.get("/v1/messages/latest/codes").json() == {"codes": []}
    assert door.client.get("/v1/messages/01ARZ3NDEKTSV4RRFFQ69G5FAV/codes").problem == "not-found"


def test_elements_by_css(door: Web, client: Client) -> None:
    """Of the HTML part; a message without one has none."""
    raw = b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p class=code>Code: <b>123456</b></p><a href=https://x.test/>Go</a>"
    id = door.deliver(raw)
    answer = client.get(f"/v1/messages/{id}/select?css=p.code%20b").json()
    assert answer == {"elements": [{"tag": "b", "text": "123456", "attributes": {}, "html": "<b>123456</b>"}]}
    assert client.get(f"/v1/messages/{id}/select?css=a").json()["elements"][0]["attributes"] == {
        "href": "https://x.test/"
    }
    plain = door.deliver(b"Subject: x\r\n\r\nplain")
    assert client.get(f"/v1/messages/{plain}/select?css=p").json() == {"elements": []}


def test_a_selector_that_is_none_is_told(door: Web, client: Client) -> None:
    """400 with the parameter."""
    id = door.deliver(b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p>x")
    for css in ("a%5B%5B", "", "x" * 501):
        answer = client.get(f"/v1/messages/{id}/select?css={css}")
        assert (answer.status, "css" in str(answer.json())) == (400, True)
