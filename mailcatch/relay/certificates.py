"""What a server's certificate is worth: verified, or the reason why not, in words.

Opportunistic TLS takes any certificate (RFC 7435), so the handshake does not judge; this does afterwards, and what it
says is shown, or decides where the level is `verify`. Mail servers' certificates are often made without the fields that
the web insists on, so only those are asked for that say whose key it is.
"""

from __future__ import annotations

import contextlib
import ssl
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError
from msgspec import Struct

BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/cert.pem",  # macOS, the BSDs
)
_CA_POLICY = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)

MOST_NAMES = 20
MOST_CERTIFICATES = 10


class Verdict(Struct, frozen=True):
    """What is to be known of a certificate. `why` says why it is not verified; `expires` is RFC 3339."""

    verified: bool
    why: str | None = None
    names: tuple[str, ...] = ()
    issuer: str | None = None
    expires: str | None = None


def judge(
    chain: Sequence[bytes], host: str, roots: Sequence[x509.Certificate], *, now: datetime | None = None
) -> Verdict:
    """Judge a server's chain, DER and its own certificate first, for the name of a host."""
    try:
        certificates = [x509.load_der_x509_certificate(der) for der in chain[:MOST_CERTIFICATES]]
        if not certificates:
            return Verdict(False, "no certificate was shown")
        return _judged(certificates, host, roots, now or datetime.now(UTC))
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension) as error:
        return Verdict(False, f"the certificate cannot be read: {error}")


def chain_of(connection: ssl.SSLObject | ssl.SSLSocket) -> list[bytes]:
    """Return the chain that the other side showed, as DER, unverified, its own certificate first."""
    public = getattr(connection, "get_unverified_chain", None)
    if public is not None:  # Python 3.13
        return list(public())
    inner: Any = getattr(connection, "_sslobj", connection)
    inner = getattr(inner, "_sslobj", inner)
    found = getattr(inner, "get_unverified_chain", None)
    if found is not None:
        return [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in found() or ()]
    own = connection.getpeercert(binary_form=True)
    return [own] if own else []


@lru_cache(maxsize=8)
def read_roots(ca_file: str | None = None) -> tuple[x509.Certificate, ...]:
    """Read the authorities of a file, or the system's. Raises OSError and ValueError for a file that is none."""
    if ca_file is not None:
        return tuple(x509.load_pem_x509_certificates(Path(ca_file).read_bytes()))
    context = ssl.create_default_context()
    for path in filter(lambda each: Path(each).is_file(), BUNDLES if not context.get_ca_certs() else ()):
        context.load_verify_locations(path)
        break
    return tuple([each for each in map(_readable, context.get_ca_certs(binary_form=True)) if each is not None])


def _readable(der: bytes) -> x509.Certificate | None:
    """Read one of the system's; one that this library refuses is no reason to do without the others."""
    with contextlib.suppress(ValueError), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some roots of today have odd serial numbers
        return x509.load_der_x509_certificate(der)
    return None


def _judged(chain: Sequence[x509.Certificate], host: str, roots: Sequence[x509.Certificate], now: datetime) -> Verdict:
    own = chain[0]
    names = _names(own)
    why = _problem(chain, host, names, roots, now)
    return Verdict(why is None, why, names[:MOST_NAMES], _issuer(own), own.not_valid_after_utc.isoformat())


def _problem(
    chain: Sequence[x509.Certificate], host: str, names: Sequence[str], roots: Sequence[x509.Certificate], now: datetime
) -> str | None:
    """Name the first thing that is wrong, in the order in which people would want to know it."""
    own = chain[0]
    if own.not_valid_after_utc < now:
        return f"expired on {own.not_valid_after_utc:%Y-%m-%d}"
    if own.not_valid_before_utc > now:
        return f"not valid before {own.not_valid_before_utc:%Y-%m-%d}"
    if own not in roots and _is_self_signed(own):
        return "self-signed"
    if not any(_matches(name, host) for name in names):
        return f"for another name: {', '.join(names[:3]) or 'it has none'}, not {host}"
    return None if own in roots else _unvouched(chain, roots, now)


def _unvouched(chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], now: datetime) -> str | None:
    """Follow the chain up to an authority; give what is wrong."""
    if not roots:
        return "no authorities are known here"
    try:
        verifier = (
            PolicyBuilder()
            .store(Store(list(roots)))
            .time(now.replace(tzinfo=None))
            .extension_policies(ee_policy=ExtensionPolicy.permit_all(), ca_policy=_CA_POLICY)
            .build_client_verifier()
        )
        verifier.verify(chain[0], list(chain[1:]))
    except VerificationError as error:
        reason = str(error).removeprefix("validation failed: ")
        return f"no known authority vouches for it ({_issuer(chain[0])}): {reason}"
    return None


def _is_self_signed(certificate: x509.Certificate) -> bool:
    if certificate.issuer != certificate.subject:
        return False
    try:
        certificate.verify_directly_issued_by(certificate)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Give the names that it is for; the common name only where there are no others (RFC 6125 §6.4.4)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return tuple([str(each.value) for each in common])
    addresses = [str(address) for address in found.get_values_for_type(x509.IPAddress)]
    return (*found.get_values_for_type(x509.DNSName), *addresses)


def _matches(name: str, host: str) -> bool:
    """Compare a certificate's name with a host's; `*` is the whole first label (RFC 6125 §6.4.3)."""
    name, host = name.lower().rstrip("."), host.lower().rstrip(".")
    try:
        return ip_address(name) == ip_address(host)
    except ValueError:
        pass
    first, _, rest = host.partition(".")
    return name == host or (name.startswith("*.") and bool(first) and "." in rest and name[2:] == rest)


def _issuer(certificate: x509.Certificate) -> str:
    """Name who signed it: its common name, or the whole."""
    common = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else certificate.issuer.rfc4514_string()
