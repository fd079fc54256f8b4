"""The scenarios: what happens, what is asked for, which message is named first, and which of its conditions failed."""

from __future__ import annotations

import poplib
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mailcatch.config import AuthSection, Bind, Config, RecipientsSection, StoreSection, TlsSection
from tests.scenarios.stage import Stage
from tests.support.certificates import self_signed

Configure = Callable[[Config, Path], Config]
RESET = {"to": "bob@shop.test", "subject": "Reset your password"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the scenario's test waits for, and the message that should be named first (None: none at all)."""

    first: str | None
    query: object
    more: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to fail. `field` is the failing leaf of the first message, `why` its reason; `refusal` a code and a verb."""

    name: str
    play: Callable[[Stage], Asked]
    field: str | None
    why: str | None
    refusal: tuple[int, str] | None
    configure: Configure


SCENARIOS: dict[str, Scenario] = {}


def _as_it_is(config: Config, _: Path) -> Config:
    return config


def scenario(
    field: str | None,
    why: str | None = None,
    *,
    refusal: tuple[int, str] | None = None,
    configure: Configure = _as_it_is,
) -> Callable[[Callable[[Stage], Asked]], Callable[[Stage], Asked]]:
    """Add a scenario under its function's name."""

    def add(play: Callable[[Stage], Asked]) -> Callable[[Stage], Asked]:
        name = play.__name__.rstrip("_")
        SCENARIOS[name] = Scenario(name, play, field, why, refusal, configure)
        return play

    return add


def asked(first: str | None, query: object = RESET, **more: Any) -> Asked:
    """Return what is waited for."""
    return Asked(first, query, more)


# Something in it differs


@scenario("subject", "1 character differs")
def typo(stage: Stage) -> Asked:
    """The application's subject has a slip."""
    stage.mail("Your invoice", to="eve@other.example")
    return asked(stage.mail("Reset your pasword"))


@scenario("tag", "case differs")
def case(stage: Stage) -> Asked:
    """Subjects and addresses match in any case; a tag does not."""
    id = stage.mail("RESET YOUR PASSWORD", to="Bob@Shop.Test")
    stage.change(id, tags={"add": ["Nightly"]})
    return asked(id, {**RESET, "tag": "nightly"})


@scenario("to", "a plus tag differs: bob+run7@shop.test")
def plus_tag(stage: Stage) -> Asked:
    """The application adds a plus tag."""
    return asked(stage.mail(to="bob+run7@shop.test"))


@scenario("to", "a plus tag differs: bob@shop.test")
def plus_tag_lost(stage: Stage) -> Asked:
    """The application drops one."""
    return asked(stage.mail(), {**RESET, "to": "bob+run7@shop.test"})


@scenario("to", "2 characters differ")
def address_typo(stage: Stage) -> Asked:
    """Two letters of the address are swapped."""
    return asked(stage.mail(to="bbo@shop.test"))


@scenario("to", "3 characters differ")
def domain(stage: Stage) -> Asked:
    """The same person at another domain."""
    return asked(stage.mail(to="bob@shop.tld"))


@scenario("to", None)
def part_of_an_address(stage: Stage) -> Asked:
    """An address is exact: notbob is not bob."""
    return asked(stage.mail(to="rumpelstiltskin.notbob@warehouse.example"), {**RESET, "to": "bob@shop.test"})


@scenario("bcc", "it is there as a recipient of the envelope only")
def bcc_only(stage: Stage) -> Asked:
    """A Bcc is in the envelope and in no header."""
    id = stage.mail(rcpt=["bob@shop.test", "audit@shop.test"])
    return asked(id, {**RESET, "bcc": "audit@shop.test"})


@scenario("rcpt", "it is there as To only")
def header_only(stage: Stage) -> Asked:
    """The header names somebody to whom the mail was never sent."""
    return asked(stage.mail(rcpt=["eve@shop.test"]), {"rcpt": "bob@shop.test", "subject": "Reset"})


@scenario("from", "it is there as Reply-To only")
def wrong_role(stage: Stage) -> Asked:
    """The test looks for the support address as the author."""
    id = stage.mail(head="Reply-To: help@shop.test\r\n")
    return asked(id, {"from": "help@shop.test", "subject": "Reset"})


@scenario("cc", "it is there as a display name only")
def display_name(stage: Stage) -> Asked:
    """A display name that looks like an address is none."""
    id = stage.mail(head='Cc: "boss@shop.test" <x@evil.example>\r\n')
    return asked(id, {"cc": "boss@shop.test", **RESET})


# Where in it


@scenario("text", "it is in the source of the HTML only: html: and body: look there")
def body_only_in_html(stage: Stage) -> Asked:
    """The token is in an attribute, which no reader sees."""
    id = stage.mail(head="Content-Type: text/html\r\n", text='<a href="https://shop.test/r?token=abc123">Reset</a>')
    return asked(id, {**RESET, "text": "token=abc123"})


@scenario("subject", "it is in the text")
def said_in_the_text(stage: Stage) -> Asked:
    """What is looked for in the subject is said in the text."""
    return asked(stage.mail("Hello", text="Reset your password here."))


@scenario("text", "it is in the subject")
def said_in_the_subject(stage: Stage) -> Asked:
    """And the other way round."""
    return asked(stage.mail(text="Hello."), {"to": "bob@shop.test", "text": "reset your password"})


@scenario("subject", "it is there decoded: a subject is compared as people read it")
def encoded_subject(stage: Stage) -> Asked:
    """The test looks for the subject as it goes over the wire."""
    id = stage.mail("=?utf-8?q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=")
    return asked(id, {"to": "bob@shop.test", "subject": "=?utf-8?q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?="})


@scenario("subject", "characters that are not seen stand in it")
def invisible(stage: Stage) -> Asked:
    """A zero-width space in the subject."""
    return asked(stage.mail("=?utf-8?q?Reset=E2=80=8B_your_password?="))


@scenario("subject", "there is more in it; [contains] asks for a part")
def whole_subject(stage: Stage) -> Asked:
    """The test asks for the whole subject, which has a prefix."""
    id = stage.mail("[staging] Reset your password")
    return asked(id, {"to": "bob@shop.test", "subject": {"eq": "Reset your password"}})


@scenario("header[x-run]", "1 character differs")
def other_run(stage: Stage) -> Asked:
    """The mail of another test run."""
    return asked(stage.mail(head="X-Run: 43\r\n"), {**RESET, "header": {"X-Run": "42"}})


@scenario("header[x-run]", "there is no header x-run")
def no_header(stage: Stage) -> Asked:
    """The application forgets the header that the test looks for."""
    return asked(stage.mail(), {**RESET, "header": {"X-Run": "42"}})


@scenario("attachment", "1 character differs")
def other_file(stage: Stage) -> Asked:
    """The file has another name."""
    head = 'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="invoice-43.pdf"\r\n'
    return asked(stage.mail(head=head, text="%PDF"), {**RESET, "attachment": "invoice-42.pdf"})


@scenario("attachment", "there is none")
def no_attachment(stage: Stage) -> Asked:
    """There is no file at all."""
    return asked(stage.mail(), {**RESET, "has": "attachment"})


@scenario("code", "1 character differs")
def stale_code(stage: Stage) -> Asked:
    """The code of the mail is not the one that the test remembers."""
    return asked(stage.mail(text="Your code is 482911"), {**RESET, "code": "482910"})


@scenario("link[host]", None)
def other_host(stage: Stage) -> Asked:
    """The link leads to production."""
    id = stage.mail(text="Reset it: https://www.shop.example/reset?token=abcdef123456")
    return asked(id, {**RESET, "link": {"host": "staging.shop.test"}})


@scenario("subject", None)
def pattern(stage: Stage) -> Asked:
    """A pattern that the subject does not follow."""
    return asked(
        stage.mail("Order A-17 shipped"), {"to": "bob@shop.test", "subject": {"regex": r"^Order \d+ shipped$"}}
    )


@scenario("size", None)
def too_small(stage: Stage) -> Asked:
    """The mail should be large, and is not."""
    return asked(stage.mail(), {**RESET, "larger": "1M"})


@scenario("subject", "it must not")
def negated(stage: Stage) -> Asked:
    """What must not be in it is in it."""
    return asked(stage.mail("Reset your password (copy)"), {"to": "bob@shop.test", "not": {"subject": "copy"}})


# Right, but not here, or not now


@scenario("since", "BEFORE the cursor")
def before_the_cursor(stage: Stage) -> Asked:
    """The mail came before the test began to look."""
    id = stage.mail()
    return asked(id, since=stage.cursor())


@scenario("is", "it is in the Bin")
def binned(stage: Stage) -> Asked:
    """Somebody put it into the Bin."""
    id = stage.mail()
    stage.change(id, bin=True)
    return asked(id)


@scenario("is", "it was deleted at")
def deleted(stage: Stage) -> Asked:
    """Another test deleted it."""
    id = stage.mail()
    stage.mail("Something else", to="eve@other.example")
    assert stage.ask("DELETE", f"/v1/messages/{id}")[1]["deleted"] == 1
    return asked(id)


@scenario("inbox", "it is only in inbox gw0, AUTH user 'gw0'")
def wrong_inbox(stage: Stage) -> Asked:
    """The application logged in as another test's user."""
    assert stage.ask("POST", "/v1/inboxes", {"name": "gw1"})[0] == 201
    return asked(stage.mail(user="gw0"), inbox="gw1")


def _one_message(config: Config, _: Path) -> Config:
    return replace(config, store=StoreSection(database=None, max_messages=1))


@scenario("is", "it was pruned by retention at", configure=_one_message)
def pruned(stage: Stage) -> Asked:
    """Retention keeps one message, and another came."""
    id = stage.mail()
    stage.mail("Something else", to="eve@other.example")
    stage.until("removed")
    return asked(id)


@scenario("is", "it was expunged by a mail program at")
def taken_by_pop3(stage: Stage) -> Asked:
    """A mail program downloaded everything, and deleted it as those do."""
    id = stage.mail()
    where = stage.service.info().pop3[0]
    pop = poplib.POP3(where.host, where.port, timeout=20)
    pop.user("all")
    pop.pass_("secret")
    pop.dele(1)
    pop.quit()
    return asked(id)


@scenario("is", None)
def read_already(stage: Stage) -> Asked:
    """The test wants an unread one."""
    id = stage.mail()
    stage.change(id, read=True)
    return asked(id, {**RESET, "is": "unread"})


# Too many, too few


@scenario(None)
def too_many(stage: Stage) -> Asked:
    """One was expected, and two came: those that matched are named."""
    stage.mail()
    stage.mail()
    return asked(None, count={"exactly": 1})


@scenario("subject", "5 characters differ")
def too_few(stage: Stage) -> Asked:
    """Two were expected; the second has another subject."""
    stage.mail("Reset your passphrase")
    return asked(stage.mail(), {"to": "bob@shop.test", "subject": "Reset your passphrase"}, count={"min": 2})


@scenario(None)
def none_expected(stage: Stage) -> Asked:
    """No mail was expected, and one came."""
    stage.mail()
    return asked(None, count="none")


# SMTP


def _with_users(config: Config, folder: Path) -> Config:
    file = folder / "users"
    file.write_text("gw0:{PLAIN}right\n", "utf-8")
    return replace(config, auth=AuthSection(file=file, required=True))


@scenario(None, refusal=(535, "AUTH"), configure=_with_users)
def refused_auth(stage: Stage) -> Asked:
    """The password is wrong."""
    stage.refused("AUTH PLAIN AGFwaWtleQB3cm9uZw==")
    return asked(None)


@scenario(None, refusal=(530, "MAIL"), configure=_with_users)
def no_login(stage: Stage) -> Asked:
    """The client does not log in at all."""
    stage.refused("MAIL FROM:<app@shop.test>")
    return asked(None)


def _with_tls(config: Config, folder: Path) -> Config:
    cert, key = self_signed(folder)
    smtp = replace(config.smtp, starttls=(Bind(None, 0),), implicit=(Bind(None, 0),), require_tls=True)
    return replace(config, smtp=smtp, tls=TlsSection(enabled=True, cert=cert, key=key, folder=folder))


@scenario(None, refusal=(530, "MAIL"), configure=_with_tls)
def refused_without_tls(stage: Stage) -> Asked:
    """TLS is a must, and the client does not begin it."""
    stage.refused("MAIL FROM:<app@shop.test>", starttls=True)
    return asked(None)


@scenario(None, configure=_with_tls)
def distrusted_certificate(stage: Stage) -> Asked:
    """The client does not trust the certificate, and goes."""
    stage.broken_tls()
    return asked(None)


def _with_recipients(config: Config, _: Path) -> Config:
    return replace(config, recipients=RecipientsSection(users="eve@shop.test"))


@scenario(None, refusal=(550, "RCPT"), configure=_with_recipients)
def refused_rcpt(stage: Stage) -> Asked:
    """There is no such user."""
    stage.refused("MAIL FROM:<app@shop.test>", "RCPT TO:<bob@shop.test>")
    return asked(None)


@scenario(None, refusal=(501, "RCPT"))
def no_address(stage: Stage) -> Asked:
    """The recipient is no address."""
    stage.refused("MAIL FROM:<app@shop.test>", "RCPT TO:<bob@shop.test")
    return asked(None)


def _small(config: Config, _: Path) -> Config:
    return replace(config, smtp=replace(config.smtp, max_message_size=1_000))


@scenario(None, refusal=(552, "MAIL"), configure=_small)
def refused_size(stage: Stage) -> Asked:
    """The mail is announced as larger than a message may be."""
    stage.refused("MAIL FROM:<app@shop.test> SIZE=2000")
    return asked(None)


@scenario(None, refusal=(554, "DATA"))
def no_recipient(stage: Stage) -> Asked:
    """The application goes on although it has named nobody."""
    stage.refused("MAIL FROM:<app@shop.test>", "DATA")
    return asked(None)


@scenario(None)
def broken_off(stage: Stage) -> Asked:
    """The connection ends in the middle of the mail."""
    where = stage.service.info().smtp[0]
    with socket.create_connection((where.host, where.port), 20) as line:
        file = line.makefile("rb")
        file.readline()
        for command in ("HELO app.shop.test", "MAIL FROM:<app@shop.test>", "RCPT TO:<bob@shop.test>", "DATA"):
            line.sendall(command.encode() + b"\r\n")
            file.readline()
        line.sendall(b"Subject: Reset your password\r\n\r\nHel")
        file.close()
    stage.until("session")
    return asked(None, since="start")


@scenario(None)
def no_connection(_: Stage) -> Asked:
    """Nobody ever connected."""
    return asked(None)


@scenario("subject", None)
def another_mail(stage: Stage) -> Asked:
    """Only another mail came; it is named for what it shares."""
    return asked(stage.mail("Welcome to the shop"))
