"""mailcatch: a local mail sink and inspector for development."""

__version__ = "0.1.0"
