"""Other people's clients, as they are: what they send is what is stored."""

import json
import smtplib
import subprocess
import sys
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Any

import pytest

from tests.support.http import Http
from tests.support.needs import missing, program
from tests.support.sink import Sink

RawOf = Callable[[str], bytes]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6300010000050001"
)


def latest(http: Http, query: str) -> dict[str, Any]:
    """Read the newest message that a query finds."""
    answer = http.get(f"/v1/messages/latest?q={query}")
    assert answer.status == 200, answer.body
    return answer.json()


def rich(policy: Any = SMTP, to: str = "bob@x.test") -> EmailMessage:
    """Compose text, HTML with an inline image, and two attachments, one with a name beyond ASCII."""
    message = EmailMessage(policy)
    message["From"], message["To"], message["Subject"] = "App <app@x.test>", to, "Grüße 你好"
    message.set_content("Grüße\n.dot\n..two\nFrom here\n", cte="8bit")
    message.add_alternative('<p>Grüße <img src="cid:a@x"></p>', subtype="html")
    *_, html = message.iter_parts()
    html.add_related(PNG, "image", "png", cid="<a@x>", disposition="inline")
    message.add_attachment(bytes(range(256)) * 40, "application", "octet-stream", filename="データ.bin")
    message.add_attachment("a,b\n1,2\n", subtype="csv", filename="a b.csv")
    return message


def test_smtplib(running: Sink, http: Http, raw_of: RawOf):
    """send_message, with login and a Bcc that no header names."""
    raw = rich().as_bytes()
    with smtplib.SMTP(*running.smtp, local_hostname="localhost") as smtp:
        smtp.login("any", "password")
        smtp.sendmail("app@x.test", ["bob@x.test", "hidden@x.test"], raw)
    shown = latest(http, "rcpt:hidden@x.test")
    assert raw_of(shown["id"]) == raw
    assert [each["address"] for each in shown["envelope"]["rcpt_to"]] == ["bob@x.test", "hidden@x.test"]
    assert shown["envelope"]["auth_user"] == "any"
    assert [each["filename"] for each in shown["attachments"] if not each["inline"]] == ["データ.bin", "a b.csv"]
    assert "password" not in running.log


def test_smtplib_utf8_addresses(running: Sink, http: Http, raw_of: RawOf):
    """SMTPUTF8: addresses and headers beyond ASCII arrive as they are."""
    message = EmailMessage(SMTPUTF8)
    message["From"], message["To"], message["Subject"] = "jörg@münchen.test", "用户@例子.test", "ü"
    message.set_content("x\n")
    with smtplib.SMTP(*running.smtp, local_hostname="localhost") as smtp:
        smtp.send_message(message)
    shown = latest(http, "subject:%C3%BC")
    assert shown["mail_from"] == "jörg@münchen.test"
    assert shown["rcpt_to"] == ["用户@例子.test"]
    assert "用户@例子.test".encode() in raw_of(shown["id"])


def test_swaks(running: Sink, http: Http, raw_of: RawOf, tmp_path: Path):
    """A raw file by --data, with AUTH; what it says of the dialogue is success."""
    swaks = program("swaks")
    raw = rich(to="swaks@x.test").as_bytes()
    (tmp_path / "mail.eml").write_bytes(raw)
    host, port = running.smtp
    words = [swaks, "--server", f"{host}:{port}", "--from", "app@x.test", "--to", "swaks@x.test", "--auth", "PLAIN",
             "--auth-user", "u", "--auth-password", "p", "--ehlo", "client.test", "--data", f"@{tmp_path}/mail.eml"]  # fmt: skip
    result = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    shown = latest(http, "rcpt:swaks@x.test")
    assert shown["envelope"]["helo"] == "client.test"
    # swaks ends every mail with one line end more, and shows what it sends.
    assert raw_of(shown["id"]).rstrip(b"\r\n") == raw.rstrip(b"\r\n")


def test_curl(running: Sink, raw_of: RawOf, http: Http, tmp_path: Path):
    """--upload-file over smtp://, three recipients, one of them the null sender's victim."""
    curl = program("curl")
    raw = rich(to="curl@x.test").as_bytes()
    (tmp_path / "mail.eml").write_bytes(raw)
    host, port = running.smtp
    words = [curl, "--silent", "--show-error", f"smtp://{host}:{port}/client.test", "--mail-from", "app@x.test",
             "--mail-rcpt", "curl@x.test", "--mail-rcpt", "two@x.test", "--upload-file", f"{tmp_path}/mail.eml"]  # fmt: skip
    result = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    shown = latest(http, "rcpt:curl@x.test")
    assert shown["rcpt_to"] == ["curl@x.test", "two@x.test"]
    assert raw_of(shown["id"]) == raw


NODEMAILER = """
const [host, port] = process.argv.slice(2);
const transport = require("nodemailer").createTransport({ host, port, secure: false, auth: { user: "u", pass: "p" } });
const inline = Buffer.from("89504e470d0a1a0a", "hex");
transport.sendMail({
  from: "App <app@x.test>", to: "Bob <nodemailer@x.test>", bcc: "hidden@x.test", subject: "Grüße 你好",
  text: "Grüße\\n.dot\\n", html: '<p>Grüße <img src="cid:a@x"></p>',
  attachments: [{ filename: "pixel.png", content: inline, cid: "a@x" }, { filename: "データ.bin", content: Buffer.alloc(9999, 7) }],
}).then((info) => console.log(JSON.stringify(info)));
"""


@pytest.fixture(scope="module")
def nodemailer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install nodemailer into a folder of its own."""
    program("node")
    folder = tmp_path_factory.mktemp("nodemailer")
    words = [program("npm"), "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", "nodemailer@7"]
    (folder / "package.json").write_text('{"private": true}')
    result = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    if result.returncode != 0:
        missing(f"npm cannot install nodemailer: {result.stderr.strip()[-200:]}")
    (folder / "send.js").write_text(NODEMAILER)
    return folder


def test_nodemailer(running: Sink, http: Http, nodemailer: Path):
    """AUTH, STARTTLS not offered and so not tried, attachments and an inline image decoded equal."""
    host, port = running.smtp
    words = [program("node"), "send.js", host, str(port)]
    result = subprocess.run(words, cwd=nodemailer, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    info = json.loads(result.stdout)
    assert info["rejected"] == []
    id = info["response"].rsplit(" ", 1)[1]
    shown = http.get(f"/v1/messages/{id}").json()
    assert shown["rcpt_to"] == ["nodemailer@x.test", "hidden@x.test"]
    assert (shown["subject"], shown["text"].splitlines()) == ("Grüße 你好", ["Grüße", ".dot"])
    files = {
        each["filename"]: http.get(f"/v1/messages/{id}/attachments/{each['number']}").body
        for each in shown["attachments"]
    }
    assert files == {"pixel.png": bytes.fromhex("89504e470d0a1a0a"), "データ.bin": b"\x07" * 9999}


DJANGO = """
import sys
from django.conf import settings
settings.configure(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST=sys.argv[1],
                   EMAIL_PORT=int(sys.argv[2]), EMAIL_HOST_USER="u", EMAIL_HOST_PASSWORD="p", DEFAULT_CHARSET="utf-8")
import django
django.setup()
from django.core.mail import EmailMultiAlternatives, get_connection, send_mail
assert send_mail("Grüße", "Grüße\\n.dot\\n", "app@x.test", ["django@x.test"], html_message="<p>Grüße</p>") == 1
many = []
for number in range(20):
    mail = EmailMultiAlternatives(f"number {number}", "text", "app@x.test", ["django@x.test"], bcc=["hidden@x.test"])
    mail.attach_alternative("<p>x</p>", "text/html")
    mail.attach("データ.bin", bytes(range(256)), "application/octet-stream")
    many.append(mail)
assert get_connection().send_messages(many) == 20
"""


def test_a_django_app(running: Sink, http: Http):
    """send_mail, and twenty mails over one connection, as django.core.mail sends them."""
    if subprocess.run([sys.executable, "-c", "import django"], capture_output=True, check=False).returncode != 0:
        missing("Django is not installed")
    host, port = running.smtp
    words = [sys.executable, "-c", DJANGO, host, str(port)]
    result = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    page = http.get("/v1/messages?q=rcpt:django@x.test&limit=100").json()
    assert page["total"] == 21
    assert [message["subject"] for message in page["messages"][:20]] == [
        f"number {number}" for number in range(19, -1, -1)
    ]
    first = http.get(f"/v1/messages/{page['messages'][20]['id']}").json()
    assert (first["text"].splitlines(), first["html"].strip()) == (["Grüße", ".dot"], "<p>Grüße</p>")
    last = http.get(f"/v1/messages/{page['messages'][0]['id']}").json()
    assert last["rcpt_to"] == ["django@x.test", "hidden@x.test"]
    number = last["attachments"][0]["number"]
    assert http.get(f"/v1/messages/{last['id']}/attachments/{number}").body == bytes(range(256))
