"""LIST, LSUB and STATUS."""

from __future__ import annotations

from tests.support.imap import Running


def test_list(door: Running) -> None:
    """Wildcards, special uses, children; an empty pattern asks for the separator."""
    client = door.client(mailbox=None)
    client.ask("CREATE Work/2026")
    assert client.ask('LIST "" ""').untagged == [b'* LIST (\\Noselect) "/" ""\r\n']
    names = [line.split(b'"/" ')[1].strip() for line in client.ask('LIST "" %').untagged]
    assert names == [b'"INBOX"', b'"Drafts"', b'"Junk"', b'"Sent"', b'"Trash"', b'"Work"']
    assert client.ask('LIST "Work/" *').untagged == [b'* LIST (\\HasNoChildren) "/" "Work/2026"\r\n']
    assert client.ask('LIST "" inbox').untagged[0].endswith(b'"INBOX"\r\n')
    (sent,) = client.ask('LIST "" Sent').untagged
    assert rb"\Sent" in sent


def test_list_extended(door: Running) -> None:
    """Selection options, several patterns, and STATUS in one go (RFC 5258, RFC 5819)."""
    client = door.client(mailbox=None)
    client.ask("UNSUBSCRIBE Junk")
    subscribed = client.ask('LIST (SUBSCRIBED) "" (INBOX Junk Sent)').untagged
    assert [line.split(b'"/" ')[1].strip() for line in subscribed] == [b'"INBOX"', b'"Sent"']
    assert all(rb"\Subscribed" in line for line in subscribed)
    told = client.ask('LIST "" INBOX RETURN (SPECIAL-USE CHILDREN STATUS (MESSAGES UIDNEXT))').untagged
    assert told[1] == b'* STATUS "INBOX" (MESSAGES 0 UIDNEXT 1)\r\n'


def test_lsub(door: Running) -> None:
    """What is subscribed."""
    client = door.client(mailbox=None)
    client.ask("UNSUBSCRIBE Junk")
    assert not [line for line in client.ask('LSUB "" *').untagged if b"Junk" in line]


def test_status(door: Running) -> None:
    """Every item; a mailbox that is not there is NO."""
    door.deliver()
    client = door.client(mailbox=None)
    (line,) = client.ask("STATUS INBOX (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN SIZE HIGHESTMODSEQ)").untagged
    assert line.startswith(b'* STATUS "INBOX" (MESSAGES 1 RECENT 1 UIDNEXT 2 UIDVALIDITY ')
    assert b"SIZE 25" in line
    assert client.ask("STATUS None (MESSAGES)").tagged.startswith(b"NO")
