"""A store with an account that is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.store.api import NewMessage, Store
from mailcatch.store.mailbox_api import Account, AccountKind, Placed
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added

WHOLE = ((1, 0xFFFF_FFFF),)
NOW = 1_700_000_000_000


@dataclass
class Opened:
    """A store, and the numbers of an account's folders by name."""

    store: Store
    path: Path

    def account(self, kind: AccountKind = "all", name: str = "") -> Account:
        """Log in."""
        return self.store.open_account(kind, name, NOW).result(20)

    def boxes(self, kind: AccountKind = "all", name: str = "") -> dict[str, int]:
        """Log in, and give the folders."""
        return {box.name: box.number for box in self.store.mailboxes(self.account(kind, name).number)}

    def placed(self, mailbox: int) -> list[Placed]:
        """Give what is in a folder."""
        return list(self.store.placed(mailbox, WHOLE))

    def add(self, *messages: NewMessage) -> list[str]:
        """Store messages."""
        return [added(self.store.add(each)) for each in messages]

    def reopen(self) -> None:
        """Restart."""
        self.store.close()
        self.store = open_store(self.path, Bus())


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Open a store."""
    path = tmp_path / "accounts.db"
    made = Opened(open_store(path, Bus()), path)
    yield made
    made.store.close()
