"""CREATE, DELETE, RENAME, SUBSCRIBE."""

from __future__ import annotations

import pytest

from tests.support.imap import Running


def test_folders_last(door: Running) -> None:
    """Made, renamed with what is below, deleted; also with names beyond ASCII, either way written."""
    client = door.client(mailbox=None)
    assert client.ask("CREATE Work/2026").ok
    assert client.ask("RENAME Work Old").ok
    assert client.ask('LIST "" Old/2026').untagged
    assert client.ask("DELETE Old/2026").ok
    assert client.ask("CREATE Gr&APw-n").ok
    assert client.ask('STATUS "Grün" (MESSAGES)').ok
    assert client.ask('LIST "" "Gr*"').untagged == [b'* LIST (\\HasNoChildren) "/" "Gr&APw-n"\r\n']


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("CREATE INBOX", b"ALREADYEXISTS"),
        ("CREATE Sent", b"ALREADYEXISTS"),
        ("DELETE INBOX", b""),
        ("DELETE None", b"NONEXISTENT"),
        ("RENAME None Some", b"NONEXISTENT"),
        ("SUBSCRIBE None", b""),
    ],
)
def test_what_is_refused(door: Running, command: str, code: bytes) -> None:
    """With NO, and a code where there is one."""
    answer = door.client(mailbox=None).ask(command)
    assert answer.tagged.startswith(b"NO")
    assert code in answer.tagged
