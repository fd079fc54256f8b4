"""Certificates of the lab: a good one, and each kind that nobody can verify."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from tests.support.certificates import self_signed

KINDS = ("good", "self-signed", "expired", "other")


class Certificates:
    """One authority that the lab trusts, and what a host may show: a file with key and chain, as Postfix wants it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trusted = trustme.CA()
        self.authority = folder / "authority.pem"
        self._trusted.cert_pem.write_to_path(str(self.authority))

    def chain(self, kind: str, host: str) -> Path:
        """Write a certificate of one of the kinds for a host."""
        path = self._folder / f"{kind}-{host}.pem"
        if kind == "self-signed":
            certificate, key = self_signed(self._folder, f"own-{host}")
            path.write_bytes(key.read_bytes() + certificate.read_bytes())
        else:
            ends = datetime.now(UTC) + timedelta(days=-1 if kind == "expired" else 30)
            issued = self._trusted.issue_cert("other.test" if kind == "other" else host, not_after=ends)
            path.write_bytes(issued.private_key_and_cert_chain_pem.bytes())
        path.chmod(0o644)  # Postfix reads it as another user
        return path

    def context(self, kind: str, host: str) -> ssl.SSLContext:
        """Give what a scripted server offers."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain(kind, host))
        return context
