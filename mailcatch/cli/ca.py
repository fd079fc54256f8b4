"""`mailcatch ca`: the development CA that clients are to trust, and how each is told to."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mailcatch.cli.options import as_click, config_file_option, current_settings
from mailcatch.cli.terminal import say, write
from mailcatch.config import options

if TYPE_CHECKING:
    from mailcatch.ca import DevelopmentCa

F = TypeVar("F", bound=Callable[..., Any])


def _reads_tls_options(command: F) -> F:
    """Give a command the options that tell which certificate is shown."""
    wanted = {"tls-dir": False, "tls-cert": True}  # whether it is hidden: it only explains
    made = [as_click(each, hidden=wanted[each.name]) for each in options() if each.name in wanted]
    params = [config_file_option(), *made]
    command.__click_params__ = [*reversed(params), *getattr(command, "__click_params__", [])]  # type: ignore[attr-defined]
    return command


@click.command("ca")
@_reads_tls_options
@click.option("--pem", "form", flag_value="pem", help="the certificate itself, as in `mailcatch ca --pem > ca.pem`")
@click.option("--json", "form", flag_value="json", help="path, fingerprint, end and certificate as JSON")
@click.pass_context
def command(ctx: click.Context, form: str | None, tls_dir: Path | None, tls_cert: Path | None) -> None:
    """Show the development CA and how clients are told to trust it.

    With --tls, mailcatch shows clients a certificate that this CA gave it. The CA is made once, by the first `mailcatch
    serve --tls` or `mailcatch ca`, and never leaves this machine; who has its key can pretend to be any server to
    whoever trusts it.
    """
    from mailcatch.ca import DevelopmentCa
    from mailcatch.tls import default_folder

    for note in (current_settings(ctx).note, _shows_another(tls_cert)):
        if note is not None:
            say(f"mailcatch: {note}")
    ca = DevelopmentCa(tls_dir or default_folder())
    write({"pem": _pem, "json": _json, None: _explained}[form](ca))


def _shows_another(cert: Path | None) -> str | None:
    return f"--tls-cert is set: clients are shown {cert}, which this CA has not made" if cert else None


def _pem(ca: DevelopmentCa) -> str:
    from mailcatch.ca import public_pem

    return public_pem(ca.certificate).decode("ascii")


def _json(ca: DevelopmentCa) -> str:
    from mailcatch.ca import fingerprint

    told = {
        "path": str(ca.path),
        "sha256": fingerprint(ca.certificate),
        "subject": ca.certificate.subject.rfc4514_string(),
        "not_after": ca.certificate.not_valid_after_utc.isoformat(),
        "pem": _pem(ca),
    }
    return json.dumps(told, indent=2) + "\n"


def _explained(ca: DevelopmentCa) -> str:
    from mailcatch.ca import fingerprint

    return _TEXT.format(
        shown=ca.path,
        path=shlex.quote(str(ca.path)),
        fingerprint=fingerprint(ca.certificate),
        ends=f"{ca.certificate.not_valid_after_utc:%Y-%m-%d}",
    )


_TEXT = """\
{shown}
SHA-256 {fingerprint}, until {ends}

One program:
  curl         --cacert {path}
  Node         NODE_EXTRA_CA_CERTS={path}
  Python       SSL_CERT_FILE={path}, or ssl.create_default_context(cafile=…)
  Go, Ruby     SSL_CERT_FILE={path}
  PHP          php -d openssl.cafile={path}
  Java         keytool -importcert -noprompt -alias mailcatch -keystore trust.p12 -storepass mailcatch -file {path}
               java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=mailcatch
  Thunderbird  Settings, Privacy & Security, Manage Certificates, Authorities, Import
  (SSL_CERT_FILE, openssl.cafile and trustStore replace the usual CAs: the program then trusts this one only.)

The whole machine:
  Debian       sudo cp {path} /usr/local/share/ca-certificates/mailcatch.crt && sudo update-ca-certificates
  Fedora       sudo trust anchor {path}
  macOS        security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db {path}
  Windows      certutil -user -addstore Root {path}
  Firefox      Settings, Privacy & Security, View Certificates, Authorities, Import

Out of a container: docker compose exec mailcatch mailcatch ca --pem > mailcatch-ca.pem
"""
