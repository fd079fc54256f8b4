r"""LIST, LSUB, STATUS (RFC 3501 §6.3.8 to §6.3.10; RFC 5258, RFC 5819, RFC 6154, RFC 8438).

A level above a folder that is no folder itself is listed as `\NonExistent \Noselect`: it has folders, and no mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailcatch.imap import answers, commands
from mailcatch.imap.commands import StatusItem
from mailcatch.imap.outcome import Outcome
from mailcatch.imap.patterns import Pattern, parents
from mailcatch.imap.registry import LOGGED_IN, registry
from mailcatch.store.mailbox_api import Mailbox, Status

if TYPE_CHECKING:
    from mailcatch.imap.session import Session


@dataclass(frozen=True, slots=True)
class _Level:
    """A name of the hierarchy; `mailbox` is None for one that only has folders below it."""

    name: str
    mailbox: Mailbox | None
    has_children: bool
    subscribed_below: bool

    @property
    def subscribed(self) -> bool:
        return self.mailbox is not None and self.mailbox.subscribed


@registry.handles(commands.List, LOGGED_IN)
async def list_(session: Session, command: commands.List) -> Outcome:
    """Answer LIST; with RETURN (STATUS …), each selectable one is followed by its STATUS."""
    if not command.extended and command.patterns == ("",):
        session.say(answers.separator())
        return Outcome("done")
    levels = await _levels(session)
    wanted = Pattern(command.reference, [each for each in command.patterns if each])
    listed = [each for each in levels if wanted.matches(each.name) and _selected(each, command)]
    lines = [_line(each, command) for each in listed]
    statuses = await _statuses(session, listed, command.status) if command.status else {}
    await session.say_all(
        [
            piece
            for each, line in zip(listed, lines, strict=True)
            for piece in (line, *([statuses[each.name]] if each.name in statuses else []))
        ]
    )
    return Outcome("done")


@registry.handles(commands.Lsub, LOGGED_IN)
async def lsub(session: Session, command: commands.Lsub) -> Outcome:
    r"""Answer LSUB; a level that is not subscribed but has subscribed ones below is \Noselect (RFC 3501 §6.3.9)."""
    if not command.pattern:
        session.say(answers.listed("", ["\\Noselect"], kind="LSUB"))
        return Outcome("done")
    wanted = Pattern(command.reference, [command.pattern])
    stand_ins = command.pattern.endswith("%")
    for each in await _levels(session):
        if not wanted.matches(each.name):
            continue
        if each.subscribed:
            session.say(answers.listed(each.name, [], kind="LSUB"))
        elif each.subscribed_below and stand_ins:
            session.say(answers.listed(each.name, ["\\Noselect"], kind="LSUB"))
    return Outcome("done")


@registry.handles(commands.Status, LOGGED_IN)
async def status(session: Session, command: commands.Status) -> Outcome:
    """Answer STATUS; asking for HIGHESTMODSEQ switches CONDSTORE on (RFC 7162 §3.1)."""
    reader = session.services.reader
    mailbox = await session.read(reader.mailbox, session.owner.number, command.mailbox)
    if "HIGHESTMODSEQ" in command.items:
        session.use_condstore()
    for each in await session.read(reader.statuses, [mailbox.number]):
        session.say(_status(each, command.items))
    return Outcome("done")


async def _levels(session: Session) -> list[_Level]:
    mailboxes = await session.read(session.services.reader.mailboxes, session.owner.number)
    return list(_hierarchy(mailboxes))


def _hierarchy(mailboxes: Sequence[Mailbox]) -> Iterator[_Level]:
    """Yield all levels: INBOX first, then by name."""
    by_name = {mailbox.name: mailbox for mailbox in mailboxes}
    above = {parent for mailbox in mailboxes for parent in parents(mailbox.name)}
    subscribed_above = {parent for mailbox in mailboxes if mailbox.subscribed for parent in parents(mailbox.name)}
    for name in sorted({*by_name, *above}, key=lambda name: (name != "INBOX", name)):
        yield _Level(name, by_name.get(name), name in above, name in subscribed_above)


def _selected(level: _Level, command: commands.List) -> bool:
    """Tell whether the selection options let a level through (RFC 5258 §3.1)."""
    if "SUBSCRIBED" in command.selection:
        below = "RECURSIVEMATCH" in command.selection and level.subscribed_below
        if not (level.subscribed or below):
            return False
    special = level.mailbox is not None and level.mailbox.special_use is not None
    return "SPECIAL-USE" not in command.selection or special


def _line(level: _Level, command: commands.List) -> bytes:
    attributes = [] if level.mailbox is not None else ["\\NonExistent", "\\Noselect"]
    if level.subscribed and "SUBSCRIBED" in command.selection | command.returns:
        attributes.append("\\Subscribed")
    attributes.append("\\HasChildren" if level.has_children else "\\HasNoChildren")
    if level.mailbox is not None and level.mailbox.special_use is not None:
        attributes.append(level.mailbox.special_use)
    line = answers.listed(level.name, attributes)
    if "RECURSIVEMATCH" in command.selection and level.subscribed_below:
        return line.removesuffix(b"\r\n") + b' ("CHILDINFO" ("SUBSCRIBED"))\r\n'
    return line


async def _statuses(session: Session, levels: Iterable[_Level], items: Sequence[StatusItem]) -> dict[str, bytes]:
    numbers = [level.mailbox.number for level in levels if level.mailbox is not None]
    if "HIGHESTMODSEQ" in items:
        session.use_condstore()
    statuses = await session.read(session.services.reader.statuses, numbers)
    return {each.mailbox.name: _status(each, items) for each in statuses}


def _status(status: Status, items: Iterable[StatusItem]) -> bytes:
    values: dict[StatusItem, int] = {
        "MESSAGES": status.messages,
        "RECENT": status.recent,
        "UIDNEXT": status.uidnext,
        "UIDVALIDITY": status.mailbox.uidvalidity,
        "UNSEEN": status.unseen,
        "DELETED": status.deleted,
        "SIZE": status.size,
        "HIGHESTMODSEQ": status.highest_modseq,
    }
    return answers.status(status.mailbox.name, [(item, values[item]) for item in items])
