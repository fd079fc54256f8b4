"""The development CA: made once for a user, and the certificate that it gives to this machine's names.

`ca-key.pem` holds the CA's key and certificate, so the two never disagree; `ca.pem` is the certificate alone, which
clients are told to trust; `server.pem` holds the server's key and certificate. Each file appears whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from mailcatch.errors import ConfigError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

CA_DAYS = 3_650
SERVER_DAYS = 396
"""Apple's clients refuse what is valid for more than 398 days, others follow."""

RENEW_DAYS = 30
"""A server's certificate that ends within so many days is made anew."""

_BEFORE = timedelta(hours=1)  # valid from then on: the clock of a container or VM may be late
_LONGEST_NAME = 64  # characters of a common name (RFC 5280, ub-common-name)

Name = str | IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> bytes:
        """Return both; a file of them is a secret."""
        from cryptography.hazmat.primitives import serialization

        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key + public_pem(self.certificate)


def public_pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 fingerprint as browsers show it: `AB:CD:…`."""
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex(":").upper()


class DevelopmentCa:
    """The CA in a folder, made if it is not there yet. Raises ConfigError when the folder cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with _explained(folder):
            self._make_folder()
            self._pair = self._read() or self._make()
            self._refuse_ended()
            pem = public_pem(self._pair.certificate)
            if _content(self.path) != pem:
                _replace(self.path, pem, 0o644)

    @property
    def path(self) -> Path:
        """The certificate that clients are to trust."""
        return self.folder / "ca.pem"

    @property
    def certificate(self) -> x509.Certificate:
        """The CA's certificate."""
        return self._pair.certificate

    @contextmanager
    def server_file(self, names: Iterable[str]) -> Iterator[Path]:
        """Lend the file with a certificate for `names`, and for those it had before; renewed when it is about to end.

        It is a copy until the block ends: another process may give the file other names meanwhile.
        """
        with _explained(self.folder):
            kept = self.folder / "server.pem"
            pem = self._fit(kept, _general(names))
            if pem is None:
                yield kept
                return
            draft = _draft(kept, pem, 0o600)
            try:
                yield draft
                draft.replace(kept)
            finally:
                draft.unlink(missing_ok=True)

    def _fit(self, path: Path, wanted: tuple[Name, ...]) -> bytes | None:
        """Return what must be in the file, None if it can stay as it is."""
        found = _parsed(_content(path))
        if found is None or not self._is_ours(found):
            return self._issue(wanted).pem()
        if found.certificate.not_valid_after_utc - datetime.now(UTC) < timedelta(days=RENEW_DAYS):
            return self._issue(wanted).pem()
        had = _names_of(found.certificate)
        more = tuple(each for each in wanted if each not in had)
        return self._issue((*had, *more)).pem() if more else None

    def _is_ours(self, pair: Pair) -> bool:
        from cryptography.exceptions import InvalidSignature

        try:
            pair.certificate.verify_directly_issued_by(self._pair.certificate)
        except (InvalidSignature, ValueError, TypeError):
            return False
        return pair.key.public_key() == pair.certificate.public_key()

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)

    @property
    def _secret(self) -> Path:
        return self.folder / "ca-key.pem"

    def _read(self) -> Pair | None:
        content = _content(self._secret)
        if content is None:
            return None
        pair = _parsed(content)
        if pair is None or pair.key.public_key() != pair.certificate.public_key():
            raise ConfigError(f"--tls-dir: {self._secret} is no key with its certificate; {_ANEW.format(self.folder)}")
        return pair

    def _make(self) -> Pair:
        """Make the CA, unless another process was faster: then it is that one's."""
        made = _new_ca()
        draft = _draft(self._secret, made.pem(), 0o600)
        try:
            _give_name(draft, self._secret)
        finally:
            draft.unlink(missing_ok=True)
        return self._read() or made

    def _refuse_ended(self) -> None:
        ends = self._pair.certificate.not_valid_after_utc
        if ends - datetime.now(UTC) < timedelta(days=1):
            raise ConfigError(f"--tls-dir: the CA in {self.folder} ends {ends:%Y-%m-%d}; {_ANEW.format(self.folder)}")

    def _issue(self, names: Sequence[Name]) -> Pair:
        from cryptography import x509
        from cryptography.x509.oid import ExtendedKeyUsageOID

        issuer = self._pair
        key, builder = _builder("mailcatch server", SERVER_DAYS, until=issuer.certificate.not_valid_after_utc)
        san = x509.SubjectAlternativeName(
            [x509.DNSName(each) if isinstance(each, str) else x509.IPAddress(each) for each in names]
        )
        issuer_id = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = (
            builder.issuer_name(issuer.certificate.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(ca=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(san, critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_id), critical=False)
        )
        return Pair(key, _signed(builder, issuer.key))


_ANEW = "move {} away, and a new CA is made, which clients must then be told to trust"


def _new_ca() -> Pair:
    from cryptography import x509

    key, builder = _builder(f"mailcatch development CA {_owner()}"[:_LONGEST_NAME], CA_DAYS)
    builder = (
        builder.issuer_name(_subject(f"mailcatch development CA {_owner()}"[:_LONGEST_NAME]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(ca=True), critical=True)
    )
    return Pair(key, _signed(builder, key))


def _owner() -> str:
    """Return whose CA it is, for whoever finds it in a list of trusted ones."""
    import getpass
    import socket

    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return socket.gethostname()


def _builder(
    name: str, days: int, until: datetime | None = None
) -> tuple[EllipticCurvePrivateKey, x509.CertificateBuilder]:
    """Return a new key and a certificate for it that lacks its issuer and its purpose."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    ends = now + timedelta(days=days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_subject(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(min(ends, until) if until else ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return key, builder


def _subject(name: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "mailcatch"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(builder: x509.CertificateBuilder, key: EllipticCurvePrivateKey) -> x509.Certificate:
    from cryptography.hazmat.primitives.hashes import SHA256

    return builder.sign(key, SHA256())


def _general(names: Iterable[str]) -> tuple[Name, ...]:
    """Return names and addresses as a certificate has them, each once; what it cannot have is left out."""
    found: dict[Name, None] = {}
    for name in names:
        try:
            address = ip_address(name.partition("%")[0])
            if not address.is_unspecified:
                found[address] = None
        except ValueError:
            with contextlib.suppress(UnicodeError):  # no host can have this name
                found[name.encode("idna").decode().lower()] = None
    return tuple(found)


def _names_of(certificate: x509.Certificate) -> tuple[Name, ...]:
    from cryptography import x509

    try:
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = (
        each for each in san.get_values_for_type(x509.IPAddress) if isinstance(each, IPv4Address | IPv6Address)
    )
    return (*san.get_values_for_type(x509.DNSName), *addresses)


def _parsed(content: bytes | None) -> Pair | None:
    """Return the key and certificate in a PEM text, None if they are not there."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if content is None:
        return None
    try:
        key, certificate = load_pem_private_key(content, None), x509.load_pem_x509_certificate(content)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return Pair(key, certificate) if isinstance(key, EllipticCurvePrivateKey) else None


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _replace(path: Path, content: bytes, mode: int) -> None:
    draft = _draft(path, content, mode)
    try:
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _draft(path: Path, content: bytes, mode: int) -> Path:
    """Write a file beside `path` under a name of its own; nobody else can read it before it has its mode."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # 0600
    with open(number, "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(content)
        file.flush()
        os.fsync(number)
    draft = Path(name)
    if mode != 0o600:
        draft.chmod(mode)
    return draft


def _give_name(draft: Path, path: Path) -> None:
    """Name a file, unless the name is taken: of two that do this at once, one wins and both see the same file."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    except (OSError, NotImplementedError):  # a file system without links
        if not path.exists():
            draft.replace(path)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"--tls-dir: {folder} cannot be used: {error.strerror or error}; name another") from error
