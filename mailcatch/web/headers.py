"""The header fields that every answer carries, whoever makes it."""

from __future__ import annotations

SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    ("Cache-Control", "no-store"),
)
"""What an answer gets where it does not say otherwise itself."""

CURSOR = "Mailcatch-Cursor"
"""Where the log was when the answer was made: following from there misses nothing of what it shows."""
