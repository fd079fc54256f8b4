"""The use cases, by noun; the only writer of the store."""

from mailcatch.inbox.inbox import Inbox

__all__ = ["Inbox"]
