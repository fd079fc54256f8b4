"""Python's clients of IMAP and POP3: every mail comes back byte for byte, and each of their ways to change it works."""

from __future__ import annotations

import asyncio
import imaplib
import poplib
from collections.abc import Iterator
from contextlib import contextmanager

from aioimaplib import IMAP4
from imapclient import IMAPClient

from tests.judges.conftest import USER
from tests.judges.script import mail
from tests.judges.servers import Ours


@contextmanager
def imap_client(served: Ours, user: str) -> Iterator[IMAPClient]:
    """Log in with IMAPClient."""
    with IMAPClient(*served.imap, ssl=False, timeout=20) as client:
        client.login(user, "any password")
        yield client


def test_imaplib_reads_every_byte(served: Ours, mails: list[bytes]):
    """RFC822 and BODY.PEEK[] are what was sent."""
    with imaplib.IMAP4(*served.imap, timeout=20) as client:
        client.login(USER, "any password")
        assert client.select("INBOX") == ("OK", [str(len(mails)).encode()])
        for item in ("(BODY.PEEK[])", "(RFC822)"):
            _, data = client.fetch("1:*", item)
            assert [each[1] for each in data if isinstance(each, tuple)] == mails


def test_imaplib_changes(served: Ours):
    """APPEND, STORE, COPY, EXPUNGE, SEARCH and folders, by imaplib."""
    with imaplib.IMAP4(*served.imap, timeout=20) as client:
        client.login("imaplib@judge.test", "x")
        assert client.create("Work")[0] == "OK"
        assert (
            client.append("Work", r"(\Seen $Key)", imaplib.Time2Internaldate(1_700_000_000), mail("plain.eml"))[0]
            == "OK"
        )
        assert client.select("Work") == ("OK", [b"1"])
        assert client.search(None, "KEYWORD", "$Key") == ("OK", [b"1"])
        assert client.uid("COPY", "1", "INBOX")[0] == "OK"
        _, (stored,) = client.store("1", "+FLAGS", r"(\Deleted)")
        assert set(imaplib.ParseFlags(stored)) >= {rb"\Deleted", rb"\Seen", b"$Key"}
        assert client.expunge() == ("OK", [b"1"])
        assert client.status("INBOX", "(MESSAGES UNSEEN)") == ("OK", [b'"INBOX" (MESSAGES 1 UNSEEN 0)'])
        assert client.close()[0] == "OK"


def test_poplib_reads_every_byte(served: Ours, mails: list[bytes]):
    """RETR gives every line, TOP the header; UIDL names them all differently."""
    client = poplib.POP3(*served.pop3, timeout=20)
    client.user(USER)
    client.pass_("any password")
    count, octets = client.stat()
    assert (count, octets) == (len(mails), sum(map(len, mails)))
    for number, raw in enumerate(mails, 1):
        assert b"\r\n".join([*client.retr(number)[1], b""]) == raw
        assert b"\r\n".join([*client.top(number, 100_000)[1], b""]).rstrip() == raw.rstrip()
    assert len({line.split()[1] for line in client.uidl()[1]}) == count
    client.quit()


def test_poplib_deletes(served: Ours):
    """DELE is done at QUIT, and not by hanging up."""
    served.deliver("poplib@judge.test", mail("plain.eml"))
    for end, left in ((poplib.POP3.close, 1), (poplib.POP3.quit, 0)):
        client = poplib.POP3(*served.pop3, timeout=20)
        client.user("poplib@judge.test")
        client.pass_("x")
        client.dele(1)
        end(client)
        again = poplib.POP3(*served.pop3, timeout=20)
        again.user("poplib@judge.test")
        again.pass_("x")
        assert again.stat()[0] == left
        again.quit()


def test_imapclient_reads_every_byte(served: Ours, mails: list[bytes]):
    """What IMAPClient parses: ENVELOPE, BODYSTRUCTURE and the bytes."""
    with imap_client(served, USER) as client:
        client.select_folder("INBOX", readonly=True)
        found = client.fetch(client.search(), ["BODY.PEEK[]", "ENVELOPE", "BODYSTRUCTURE", "INTERNALDATE", "FLAGS"])
        assert [each[b"BODY[]"] for each in found.values()] == mails
        assert sum(each[b"BODYSTRUCTURE"].is_multipart for each in found.values()) == 7
        plain = next(each[b"ENVELOPE"] for each in found.values() if each[b"ENVELOPE"].message_id == b"<plain@x.test>")
        assert plain.cc[0].name == b'Carol, the "C"'


def test_imapclient_changes(served: Ours):
    """Keywords, folders with names beyond ASCII, MOVE, APPEND with its UID, CONDSTORE's modifier, SORT, ID, namespace."""
    with imap_client(served, "imapclient@judge.test") as client:
        assert client.namespace().personal == (("", "/"),)
        assert client.id_({"name": "judge"})
        client.create_folder("Grüße/你好")
        assert "Grüße/你好" in [name for _, _, name in client.list_folders()]
        assert client.find_special_folder(b"\\Trash") == "Trash"
        client.append("Grüße/你好", mail("plain.eml"), flags=["$Key"])
        client.select_folder("Grüße/你好")
        (uid,) = client.search(["KEYWORD", "$Key"])
        assert client.set_flags([uid], [b"\\Seen", b"other"])[uid][:2]
        assert set(client.get_flags([uid])[uid]) >= {b"\\Seen", b"other"}
        assert client.sort("REVERSE DATE") == [uid]
        client.move([uid], "Trash")
        assert client.search() == []
        assert client.folder_status("Trash", ["MESSAGES"]) == {b"MESSAGES": 1}


def test_imapclient_idles(served: Ours):
    """New mail is pushed, in whole lines."""
    with imap_client(served, "idle@judge.test") as client:
        client.select_folder("INBOX")
        client.idle()
        served.deliver("idle@judge.test", mail("plain.eml"))
        pushed = client.idle_check(timeout=20)
        client.idle_done()
        assert (1, b"EXISTS") in pushed


def test_aioimaplib(served: Ours, mails: list[bytes]):
    """Aioimaplib logs in, reads every byte, and is pushed new mail."""

    async def talk() -> None:
        client = IMAP4(*served.imap, timeout=20)
        await client.wait_hello_from_server()
        assert (await client.login(USER, "x")).result == "OK"
        await client.select("INBOX")
        fetched = await client.fetch("1:*", "(BODY.PEEK[])")
        assert [bytes(line) for line in fetched.lines if isinstance(line, bytearray)] == mails
        await client.logout()
        idler = IMAP4(*served.imap, timeout=20)
        await idler.wait_hello_from_server()
        await idler.login("aio@judge.test", "x")
        await idler.select("INBOX")
        idling = await idler.idle_start(timeout=20)
        await asyncio.to_thread(served.deliver, "aio@judge.test", mail("plain.eml"))
        assert b"1 EXISTS" in await idler.wait_server_push()
        idler.idle_done()
        await asyncio.wait_for(idling, 20)
        await idler.logout()

    asyncio.run(talk())
