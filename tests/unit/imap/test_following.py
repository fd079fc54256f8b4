"""One reading for all who watch a mailbox."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from mailcatch.bus import Bus
from mailcatch.errors import StoreError
from mailcatch.imap.following import BUSY_PACE, PACE, Following, Watcher, pause_after
from mailcatch.store.mailbox_api import Changes, Placed


class Mailboxes:
    """Mailboxes of which only changes are read."""

    def __init__(self) -> None:
        self.bus = Bus()
        self.asked: list[tuple[int, int]] = []
        self.modseq: dict[int, int] = {}
        self.error: Exception | None = None
        self.failed = asyncio.Event()

    def arrive(self, mailbox: int) -> None:
        """Let a message come in."""
        self.modseq[mailbox] = self.bus.seq + 1
        self.bus.notify(self.bus.seq + 1)

    def changes(self, mailbox: int, since: int, *, uidnext: int | None = None) -> Changes:
        """Return the last message as changed."""
        self.asked.append((mailbox, since))
        if self.error is not None:
            self.failed.set()
            raise self.error
        modseq = self.modseq.get(mailbox, 0)
        placed = (Placed(modseq, modseq, 0, (), modseq),) if modseq > since else ()
        return Changes(modseq, modseq + 1, (), placed)


async def here(call: Callable[[], list[Changes]]) -> list[Changes]:
    """Read without a thread."""
    return call()


def followed(mailboxes: Mailboxes, test: Callable[[Following], Awaitable[None]]) -> None:
    """Run a test beside the task that follows."""

    async def main() -> None:
        following = Following(mailboxes, mailboxes.bus, here)  # type: ignore[arg-type] # nothing else is read
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            task = tasks.create_task(following.run())
            await test(following)
            task.cancel()

    asyncio.run(main())


class Inbox:
    """A watcher that keeps what it is handed."""

    def __init__(self, mailbox: int, claim: Callable[[], Awaitable[range]] | None = None) -> None:
        self.got: asyncio.Queue[Changes] = asyncio.Queue()
        self.watcher = Watcher(mailbox, self.got.put_nowait, claim)


def test_each_mailbox_is_read_once_for_all_its_watchers():
    """And all get the same value; who watches another one gets nothing."""
    mailboxes = Mailboxes()

    async def test(following: Following) -> None:
        three, other = [Inbox(1) for _ in range(3)], Inbox(2)
        for each in (*three, other):
            following.watch(each.watcher, 0, 1)
        mailboxes.arrive(1)
        values = [await each.got.get() for each in three]
        assert values[0] is values[1] is values[2]
        assert mailboxes.asked.count((1, 0)) == 1 and other.got.empty()

    followed(mailboxes, test)


def test_what_pours_in_is_gathered():
    """A hundred messages are a few readings; the last is not forgotten."""
    mailboxes = Mailboxes()

    async def test(following: Following) -> None:
        inbox = Inbox(1)
        following.watch(inbox.watcher, 0, 1)
        for _ in range(100):
            mailboxes.arrive(1)
            await asyncio.sleep(0)
        while (await inbox.got.get()).highest_modseq < 100:
            pass
        assert len(mailboxes.asked) < 10

    followed(mailboxes, test)


def test_who_leaves_is_told_no_more():
    """And a mailbox that nobody watches is not read."""
    mailboxes = Mailboxes()

    async def test(following: Following) -> None:
        gone, here_ = Inbox(1), Inbox(2)
        following.watch(gone.watcher, 0, 1)
        following.watch(here_.watcher, 0, 1)
        following.leave(gone.watcher)
        mailboxes.arrive(1)
        mailboxes.arrive(2)
        await here_.got.get()
        assert gone.got.empty() and {mailbox for mailbox, _ in mailboxes.asked} == {2}

    followed(mailboxes, test)


def test_one_watcher_claims_new_mail():
    r"""The first that may; `\Recent` belongs to one session."""
    mailboxes = Mailboxes()
    claims: list[str] = []

    async def test(following: Following) -> None:
        done = asyncio.Event()

        async def claim_for(name: str) -> range:
            claims.append(name)
            done.set()
            return range(1, 2)

        read_only, first, second = Inbox(1), Inbox(1, lambda: claim_for("first")), Inbox(1, lambda: claim_for("second"))
        for each in (read_only, first, second):
            following.watch(each.watcher, 0, 1)
        mailboxes.arrive(1)
        await done.wait()

    followed(mailboxes, test)
    assert claims == ["first"]


@pytest.mark.parametrize("error", [StoreError("busy"), ZeroDivisionError()])
def test_a_reading_that_fails_is_tried_again(error: Exception, monkeypatch: pytest.MonkeyPatch):
    """Nobody misses anything for it."""
    monkeypatch.setattr("mailcatch.imap.following._FAILED", 0.0)
    mailboxes = Mailboxes()
    mailboxes.error = error

    async def test(following: Following) -> None:
        inbox = Inbox(1)
        following.watch(inbox.watcher, 0, 1)
        mailboxes.arrive(1)
        await mailboxes.failed.wait()
        mailboxes.error = None
        assert (await inbox.got.get()).highest_modseq == 1

    followed(mailboxes, test)


def test_telling_takes_its_share_of_the_time_and_no_more():
    """A push is never a tenth of a second late for it, unless hundreds of mailboxes are watched."""
    assert pause_after(0.001) == PACE - 0.001
    assert pause_after(0.01) == BUSY_PACE - 0.01 < 0.1
    assert pause_after(1.0) == 3.0
