"""The IMAP door (RFC 3501)."""
