"""Connections of protocols that talk in turns, POP3 and IMAP: DESIGN.md."""
