"""POP3 (RFC 1939): DESIGN.md."""
