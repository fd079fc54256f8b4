"""What mail clients write, passed on to the store: the doors reach it through the inbox, as all writes go."""

from __future__ import annotations

from mailcatch.store.mailbox_api import MailboxStore


class Mailboxes:
    """The writes of MailboxStore."""

    def __init__(self, store: MailboxStore) -> None:
        self.open_account = store.open_account
        self.create_mailbox = store.create_mailbox
        self.delete_mailbox = store.delete_mailbox
        self.rename_mailbox = store.rename_mailbox
        self.subscribe = store.subscribe
        self.claim_recent = store.claim_recent
        self.store_flags = store.store_flags
        self.copy = store.copy
        self.move = store.move
        self.append = store.append
        self.expunge = store.expunge
        self.drop = store.drop
        self.note_fetches = store.note_fetches
