"""What each command does: one module for each family. Importing this package fills the registry."""

from mailcatch.imap.handlers import (
    appending,
    authentication,
    changing,
    copying,
    fetching,
    folders,
    general,
    idling,
    listing,
    searching,
    selecting,
)
from mailcatch.imap.registry import registry

__all__ = [
    "appending",
    "authentication",
    "changing",
    "copying",
    "fetching",
    "folders",
    "general",
    "idling",
    "listing",
    "registry",
    "searching",
    "selecting",
]
