"""`mailcatch import`: whatever holds mails, and all that an export kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailcatch.app import Service
from tests.support.http import Http
from tests.support.service import http_of
from tests.unit.cli.conftest import MAIL, Command


def everything(service: Service) -> list[dict[str, Any]]:
    """Give all messages, oldest first, the Bin included, without what is new with each database."""
    with Http(http_of(service)) as http:
        found = [
            message
            for query in ("-is:binned", "is:binned")
            for message in http.get(f"/v1/messages?limit=1000&order=asc&q={query}").json()["messages"]
        ]
        found.sort(key=lambda message: message["seq"])
        return [
            {name: message[name] for name in ("received_at", "size", "mail_from", "rcpt_to", "subject", "read", "pinned",
                                              "binned", "tags")}
            | {"raw": http.get(f"/v1/messages/{message['id']}/raw").body}
            | {"envelope": http.get(f"/v1/messages/{message['id']}").json()["envelope"]}
            for message in found
        ]  # fmt: skip


def patch(service: Service, **body: object) -> None:
    import http.client

    connection = http.client.HTTPConnection(*http_of(service))
    connection.request("PATCH", "/v1/messages", json.dumps(body), {"Content-Type": "application/json"})
    assert connection.getresponse().status == 200
    connection.close()


@pytest.fixture
def varied(service: Service, url: str, deliver: Callable[..., str]) -> list[dict[str, Any]]:
    """Mails with every flag, and bytes that a careless format would change."""
    bodies = [
        b"plain", b"From me\r\n>From you\r\n>>From them", b"bare\nLF and\rCR", b"\xff\xfe\x00", b"x" * 70_000, b"", b"\r\n\r\n",
        b"\n\nFrom x", b"no end",
    ]  # fmt: skip
    ids = [deliver(MAIL.replace(b"Hi Bob.", body), to=("bob@x.test", "eve@x.test")) for body in bodies]
    patch(service, ids=ids[0:2], read=True)
    patch(service, ids=ids[1:3], pinned=True)
    patch(service, ids=ids[3:4], tags={"add": ["a", "b c"], "remove": []})
    patch(service, ids=ids[4:5], bin=True)
    return everything(service)


@pytest.mark.parametrize("form", ["mbox", "stdin", "eml"])
def test_export_and_import_into_an_empty_database_is_the_same(
    command: Command, service: Service, varied: list[dict[str, Any]], tmp_path: Path, form: str
):
    """Equal bytes, envelopes, flags, tags, times and order, by each format."""
    target = tmp_path / "out"
    assert command("export", "-o", target, *(["--eml"] if form == "eml" else [])).code == 0
    assert command("rm", "--query", "is:binned OR -is:binned").code == 0
    assert everything(service) == []
    if form == "stdin":
        assert command("import", "-", stdin=target.read_bytes()).code == 0
    else:
        assert json.loads(command("import", target, "--json").out) == {"imported": len(varied)}
    assert everything(service) == varied


def test_single_mails_and_directories_of_them(command: Command, service: Service, url: str, tmp_path: Path):
    """In the order of their names; the envelope is taken from the header, the bytes stay."""
    (tmp_path / "sub").mkdir()
    for name, raw in {
        "b.eml": b"To: b@x.test\n\nLF\n",
        "sub/c.EML": MAIL,
        "a.eml": MAIL,
        "readme.txt": b"no mail",
    }.items():
        (tmp_path / name).write_bytes(raw)
    assert command("import", tmp_path).err == "3 messages imported\n"
    assert [each["raw"] for each in everything(service)] == [MAIL, b"To: b@x.test\n\nLF\n", MAIL]
    assert everything(service)[0]["rcpt_to"] == ["bob@x.test"]


def test_an_mbox_of_another_program(command: Command, service: Service, url: str, tmp_path: Path):
    """Its lines end in LF; the mails get back the CRLF that they had."""
    file = tmp_path / "other.mbox"
    file.write_bytes(
        b"From a@x.test Mon Nov 23 09:12:44 2026\nTo: b@x.test\n\n>From me\n\nFrom b\nTo: c@x.test\n\nx\n\n"
    )
    assert command("import", file).code == 0
    assert [each["raw"] for each in everything(service)] == [
        b"To: b@x.test\r\n\r\nFrom me\r\n",
        b"To: c@x.test\r\n\r\nx\r\n",
    ]


def test_an_edited_export(command: Command, service: Service, url: str, deliver: Callable[..., str], tmp_path: Path):
    """A file that somebody changed is imported as it is now; a broken index is said."""
    deliver()
    command("export", "--eml", "-o", tmp_path / "x")
    command("rm", "--all", "--yes")
    (tmp_path / "x" / "00000001.eml").write_bytes(
        b"To: b@x.test\r\n\r\nlonger than it was before, by far and by more\r\n"
    )
    assert command("import", tmp_path / "x").code == 0
    assert everything(service)[0]["raw"].endswith(b"more\r\n")
    (tmp_path / "x" / "mailcatch.jsonl").write_text("{}\n")
    broken = command("import", tmp_path / "x")
    assert broken.code == 2
    assert "line 1, is not as export writes it" in broken.err


def test_what_cannot_be_read(command: Command, url: str, tmp_path: Path):
    """Named, with exit 2."""
    result = command("import", tmp_path / "none.mbox")
    assert result.code == 2
    assert "No such file" in result.err


def test_an_empty_file_is_no_mail(command: Command, service: Service, url: str, tmp_path: Path):
    """Nothing in, nothing stored."""
    (tmp_path / "empty.eml").write_bytes(b"")
    assert command("import", tmp_path).err == "0 messages imported\n"
