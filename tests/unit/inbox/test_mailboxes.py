"""What mail clients write goes through the inbox."""

from __future__ import annotations

from pathlib import Path

from mailcatch.bus import Bus
from mailcatch.inbox import Inbox
from mailcatch.inbox.mailboxes import Mailboxes
from mailcatch.store.mailbox_api import MailboxReader, MailboxStore
from mailcatch.store.sqlite import open_store


def test_every_write_is_passed_on(tmp_path: Path) -> None:
    """All that MailboxStore has beyond reading, and nothing else."""
    store = open_store(tmp_path / "mail.db", Bus())
    inbox = Inbox(store)
    writes = {name for name in vars(MailboxStore) if not name.startswith("_")} - set(vars(MailboxReader))
    assert isinstance(inbox.mailboxes, Mailboxes)
    assert set(vars(inbox.mailboxes)) == writes
    assert inbox.mailboxes.open_account("address", "a@b", 1).result(5).name == "a@b"
    inbox.close()
    store.close()
