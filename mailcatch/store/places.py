"""Where new mail is placed while mail clients look: the accounts that were opened in this process.

Mail is placed in the transaction that stores it, found by its recipients and inboxes, never by going through accounts.
As long as nobody has opened one, nothing is placed and nothing is looked up: an account that is opened is filled then.
The whole is a value that the writer keeps with its state, so that a batch that fails leaves it as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from mailcatch.store.api import NewMessage
from mailcatch.store.mailbox_api import AccountKind


class Place(Struct, frozen=True):
    """Where an account's new mail goes: its INBOX, and its Trash, which for `all` is the Bin."""

    account: int
    inbox: int
    trash: int


class Places(Struct, frozen=True):
    """The open accounts, by what a message says of itself."""

    everything: Place | None = None
    addresses: Mapping[str, Place] = {}
    domains: Mapping[str, Place] = {}
    inboxes: Mapping[str, Place] = {}

    def __bool__(self) -> bool:
        """Return whether any account is open."""
        return bool(self.everything or self.addresses or self.domains or self.inboxes)

    def opened(self, kind: AccountKind, name: str, place: Place) -> Places:
        """Return these and one more."""
        match kind:
            case "all":
                return replace(self, everything=place)
            case "address":
                return replace(self, addresses={**self.addresses, name: place})
            case "domain":
                return replace(self, domains={**self.domains, name: place})
            case "inbox":
                return replace(self, inboxes={**self.inboxes, name: place})

    def of(self, new: NewMessage, inboxes: Sequence[str]) -> list[int]:
        """Return the mailboxes that a message, which lies in `inboxes`, is delivered to, each once."""
        found: dict[int, None] = {}
        if self.everything is not None:
            found[self.everything.trash if new.summary.binned else self.everything.inbox] = None
        if self.addresses or self.domains:
            for key, role, domain in new.derived.addresses:
                if role == "rcpt":
                    _note(found, self.addresses.get(key))
                    _note(found, self.domains.get(domain))
        if self.inboxes:
            for name in inboxes:
                _note(found, self.inboxes.get(name))
        return list(found)


def _note(found: dict[int, None], place: Place | None) -> None:
    if place is not None:
        found[place.inbox] = None


CLOSED = Places()
"""Nobody has opened an account yet."""
