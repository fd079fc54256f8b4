"""Enhanced status codes (RFC 3463 and its registry) in words for people."""

from __future__ import annotations

import re

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")

_MEANINGS = {
    "1.0": "something is wrong with the address",
    "1.1": "there is no such mailbox",
    "1.2": "there is no such domain",
    "1.3": "the address is not written as an address",
    "1.4": "the address fits more than one mailbox",
    "1.6": "the mailbox has moved",
    "1.7": "the sender's address is not written as an address",
    "1.8": "the sender's domain does not exist",
    "1.10": "the domain takes no mail",
    "2.0": "something is wrong with the mailbox",
    "2.1": "the mailbox is switched off",
    "2.2": "the mailbox is full",
    "2.3": "the message is too large for the mailbox",
    "3.0": "something is wrong with the receiving system",
    "3.1": "the receiving system is full",
    "3.2": "the receiving system takes no mail now",
    "3.4": "the message is too large for the server",
    "4.0": "something is wrong with the network or the way",
    "4.1": "no server answered",
    "4.2": "the connection broke",
    "4.3": "the names of the domain could not be looked up",
    "4.4": "there is no way to the domain: no server that takes its mail has an address",
    "4.5": "the server has too much to do",
    "4.6": "the mail goes round in a loop",
    "4.7": "it took too long",
    "5.0": "the servers do not understand each other",
    "5.1": "a command was not allowed then",
    "5.2": "a command was not understood",
    "5.3": "the message has too many recipients",
    "5.4": "a command's argument was not allowed",
    "6.0": "something is wrong with the message's content",
    "6.3": "the message would have to be converted, and that is not possible",
    "6.7": "the address or the header is beyond ASCII, and a server on the way takes ASCII only",
    "7.0": "a policy forbids it",
    "7.1": "it was refused: this sender or message is not allowed here",
    "7.5": "the encryption failed",
    "7.8": "user or password is wrong",
}


def status_in(text: str) -> str | None:
    """Return the first enhanced status code in a text, None if there is none."""
    match = _STATUS.search(text)
    return ".".join(str(int(each)) for each in match.groups()) if match else None


def meaning(status: str) -> str | None:
    """Return what a code means, None where that says no more than success or failure."""
    return _MEANINGS.get(status.partition(".")[2])
