"""COPY and MOVE."""

import re

from tests.support.imap import Client, Running


def test_a_copy_has_the_flags_of_its_source_and_its_own_from_then_on(client: Client):
    """RFC 3501 §6.4.7."""
    client.ask("STORE 1 +FLAGS.SILENT (\\Flagged k)")
    client.ask("COPY 1 Sent")
    client.ask("STORE 1 FLAGS.SILENT ()")
    client.ask("SELECT Sent")
    assert b"FLAGS (\\Flagged k" in client.ask("FETCH 1 FLAGS").untagged[0]


def test_a_copy_into_the_selected_mailbox_is_told(client: Client):
    """By EXISTS."""
    assert b"* 4 EXISTS\r\n" in client.ask("UID COPY 1 INBOX").untagged


def test_nothing_is_copied_if_one_has_gone(door: Running, client: Client, user: str):
    """By number; a UID that is not there is passed over."""
    other = door.client(user)
    other.ask("STORE 2 +FLAGS.SILENT (\\Deleted)")
    other.ask("EXPUNGE")
    assert client.ask("UID COPY 1:3 Drafts").tagged.startswith(b"OK [COPYUID")
    other = door.client(user)
    other.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
    other.ask("EXPUNGE")
    assert client.ask("COPY 1:2 Sent").tagged.startswith(b"NO [EXPUNGEISSUED]")
    assert client.ask("STATUS Sent (MESSAGES)").untagged[0] == b'* STATUS "Sent" (MESSAGES 0)\r\n'


def test_moving_there_and_back(client: Client):
    """New UIDs each time; a folder that is not there is made by who wants it."""
    assert client.ask("MOVE 2 Archive").tagged.startswith(b"NO [TRYCREATE]")
    client.ask("CREATE Archive")
    assert re.search(rb"COPYUID \d+ 2 1\]", client.ask("MOVE 2 Archive").untagged[0])
    client.ask("SELECT Archive")
    assert re.search(rb"COPYUID \d+ 1 4\]", client.ask("UID MOVE 1 INBOX").untagged[0])
    assert b"* 3 EXISTS\r\n" in client.ask("SELECT INBOX").untagged
    assert client.ask("UID SEARCH ALL").untagged == [b"* SEARCH 1 3 4\r\n"]
