"""The command as it is used: two servers, their clients, and mail that moves from one to the other."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.http import Http
from tests.support.sink import Sink, sink
from tests.support.wire import Wire


def mailcatch(*arguments: str, url: str | None = None, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a client command as a process of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAILCATCH_")}
    environ |= env | ({"MAILCATCH_URL": url} if url else {})
    words = [sys.executable, "-m", "mailcatch", *arguments]
    return subprocess.run(words, capture_output=True, text=True, cwd=cwd, env=environ, timeout=30, check=False)


def url_of(running: Sink) -> str:
    return str(running.ready["http"][0]["url"])


def test_a_first_minute(running: Sink, tmp_path: Path):
    """ready, send, ls, show, rm: what the README shows, over real processes."""
    url = url_of(running)
    assert mailcatch("ready", "--wait", "10s", url=url, cwd=tmp_path).returncode == 0
    sent = mailcatch("send", url=url, cwd=tmp_path)
    id = sent.stdout.strip()
    assert sent.returncode == 0
    assert mailcatch("ls", url=url, cwd=tmp_path).stdout.startswith(id)
    assert "Your code is 427 913" in mailcatch("show", "latest", url=url, cwd=tmp_path).stdout
    assert mailcatch("rm", id, url=url, cwd=tmp_path).stderr == "1 message deleted\n"
    assert mailcatch("show", id, url=url, cwd=tmp_path).returncode == 1


def test_the_configuration_of_the_directory_finds_the_server(running: Sink, tmp_path: Path):
    """Without a URL the commands ask where serve would listen, and so does the health check of a container."""
    port = running.http[1]
    (tmp_path / "mailcatch.toml").write_text(f'http = ["127.0.0.1:{port}"]\n')
    assert mailcatch("ready", cwd=tmp_path).returncode == 0
    assert mailcatch("ls", "--json", cwd=tmp_path).returncode == 0
    assert mailcatch("ready", cwd=tmp_path, MAILCATCH_HTTP="any:9").returncode == 3
    without_web = {"MAILCATCH_HTTP": "off", "MAILCATCH_SMTP": f"any:{running.smtp[1]}"}
    assert mailcatch("ready", cwd=tmp_path, **without_web).stderr == f"ready: smtp://127.0.0.1:{running.smtp[1]}\n"


def test_export_and_import_into_an_empty_database_are_equal(tmp_path: Path):
    """Equal bytes, flags and order, from one database into another."""
    raws = [b"Subject: %d\r\n\r\nFrom here\r\n\xff %d\r\n" % (number, number) for number in range(120)]
    with sink(database=tmp_path / "one.db") as one:
        with Wire(one.smtp) as wire:
            ids = [wire.send(raw) for raw in raws]
        flag(one, ids[:10], pinned=True)
        flag(one, ids[5:15], read=True)
        flag(one, ids[20:25], bin=True)
        assert mailcatch("export", "-o", "all.mbox", url=url_of(one), cwd=tmp_path).returncode == 0
        expected = shown(one)
    with sink(database=tmp_path / "two.db") as two:
        imported = mailcatch("import", "all.mbox", "--json", url=url_of(two), cwd=tmp_path)
        assert json.loads(imported.stdout) == {"imported": 120}
        assert shown(two) == expected
    assert [raw for raw, *_ in expected] == raws


def flag(running: Sink, ids: list[str], **flags: bool) -> None:
    import http.client

    connection = http.client.HTTPConnection(*running.http)
    connection.request("PATCH", "/v1/messages", json.dumps({"ids": ids} | flags), {"Content-Type": "application/json"})
    assert connection.getresponse().status == 200
    connection.close()


def shown(running: Sink) -> list[tuple[object, ...]]:
    """Give all that must survive of each message, oldest first."""
    with Http(running.http) as http:
        messages = http.get("/v1/messages?limit=1000&order=asc&q=is:binned%20OR%20-is:binned").json()["messages"]
        names = ("read", "pinned", "binned", "received_at", "mail_from", "subject")
        return [
            (http.get(f"/v1/messages/{message['id']}/raw").body, *(message[name] for name in names))
            for message in messages
        ]


def test_no_port_is_told_when_http_is_off(tmp_path: Path):
    """--http off: the ready line has no URL, and no client command pretends otherwise."""
    words = [sys.executable, "-m", "mailcatch", "--json", "--smtp", "0", "--http", "off", "--database", ":temp:"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["http"] == []
    result = mailcatch("ls", cwd=tmp_path, MAILCATCH_HTTP="off")
    assert result.returncode == 3
    assert "--http is off" in result.stderr
    process.terminate()
    assert process.wait(10) == 0
