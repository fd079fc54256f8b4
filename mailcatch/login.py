"""Which account a user name of POP3 and IMAP opens; whether the password is right, `mailcatch.auth` decides."""

from __future__ import annotations

from mailcatch.address import a_label, is_clean, key_of
from mailcatch.store.api import Reader
from mailcatch.store.mailbox_api import AccountKind

Opens = tuple[AccountKind, str]
"""What `open_account` takes: a kind and a name in the spelling of its kind."""

EVERYTHING: Opens = ("all", "")

_LONGEST = 320  # characters of an address: local part, sign, domain (RFC 5321 §4.5.3.1)


def account_of(user: str, reader: Reader) -> Opens:
    """Return the account of a user name: an address, `@domain`, an inbox, and for anything else every message.

    So a name that is nothing of ours, such as what stands in every tutorial, shows all mail instead of none.
    """
    name = user.strip()
    if "@" in name:
        return _of_address(name) if len(name) <= _LONGEST and is_clean(name) else EVERYTHING
    if name.lower() != "all" and any(inbox.name == name.lower() for inbox in reader.inboxes()):
        return "inbox", name.lower()
    return EVERYTHING


def _of_address(name: str) -> Opens:
    if name.startswith("@"):
        domain = a_label(name[1:])
        return EVERYTHING if not domain or "@" in domain else ("domain", domain)
    key = key_of(name)
    return ("address", key.key) if key.domain else EVERYTHING


def spelt(opens: Opens) -> str:
    """Return the user name that opens an account, as the path of a message shows it."""
    kind, name = opens
    return {"all": "all", "domain": f"@{name}"}.get(kind, name)
