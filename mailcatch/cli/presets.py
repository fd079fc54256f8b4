"""The names by which programs are told where mail goes: our own, and those of each framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailcatch.cli.private import Address

Names = Mapping[str, str]


def common(to: Address) -> Names:
    """Return what every command is given."""
    return {
        "SMTP_HOST": to.smtp_host,
        "SMTP_PORT": str(to.smtp_port),
        "SMTP_URL": smtp_url(to),
        "MAILCATCH_URL": to.url,
    }


def smtp_url(to: Address) -> str:
    """Return the SMTP door as a URL."""
    host = f"[{to.smtp_host}]" if ":" in to.smtp_host else to.smtp_host
    return f"smtp://{host}:{to.smtp_port}"


# Switches are off by being empty: programs differ in whether "false" and "0" are true.


def _django(to: Address) -> Names:
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": to.smtp_host,
        "EMAIL_PORT": str(to.smtp_port),
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_TLS": "",
        "EMAIL_USE_SSL": "",
        "EMAIL_URL": smtp_url(to),
    }


def _flask(to: Address) -> Names:
    switches = ("USE_TLS", "USE_SSL", "USERNAME", "PASSWORD")
    return {
        "MAIL_SERVER": to.smtp_host,
        "MAIL_PORT": str(to.smtp_port),
        **{f"MAIL_{name}": "" for name in switches},
        "FLASK_MAIL_SERVER": to.smtp_host,  # app.config.from_prefixed_env() reads values as JSON
        "FLASK_MAIL_PORT": str(to.smtp_port),
        **{f"FLASK_MAIL_{name}": "null" for name in switches},
    }


def _laravel(to: Address) -> Names:
    off = ("MAIL_URL", "MAIL_SCHEME", "MAIL_ENCRYPTION", "MAIL_USERNAME", "MAIL_PASSWORD")
    return {
        "MAIL_MAILER": "smtp",
        "MAIL_HOST": to.smtp_host,
        "MAIL_PORT": str(to.smtp_port),
        **dict.fromkeys(off, "null"),  # env() makes null of it
    }


def _rails(to: Address) -> Names:
    # No user name: an empty one would still be one that logs in.
    return {
        "SMTP_ADDRESS": to.smtp_host,
        "SMTP_DOMAIN": "localhost",
        "SMTP_ENABLE_STARTTLS_AUTO": "false",
    }


def _node(to: Address) -> Names:
    return {
        "SMTP_SECURE": "",
        "MAIL_HOST": to.smtp_host,
        "MAIL_PORT": str(to.smtp_port),
        "EMAIL_SERVER": smtp_url(to),
        "EMAIL_SERVER_HOST": to.smtp_host,
        "EMAIL_SERVER_PORT": str(to.smtp_port),
    }


def _spring(to: Address) -> Names:
    return {
        "SPRING_MAIL_HOST": to.smtp_host,
        "SPRING_MAIL_PORT": str(to.smtp_port),
        "SPRING_MAIL_PROPERTIES_MAIL_SMTP_AUTH": "false",
        "SPRING_MAIL_PROPERTIES_MAIL_SMTP_STARTTLS_ENABLE": "false",
        "SPRING_MAIL_PROPERTIES_MAIL_SMTP_STARTTLS_REQUIRED": "false",
    }


def _symfony(to: Address) -> Names:
    return {"MAILER_DSN": smtp_url(to)}


PRESETS: Mapping[str, Callable[[Address], Names]] = {
    "django": _django,
    "flask": _flask,
    "laravel": _laravel,
    "node": _node,
    "rails": _rails,
    "spring": _spring,
    "symfony": _symfony,
}
"""The names of each framework, by its own name."""


def environment(to: Address, preset: str | None) -> Names:
    """Return the variables for a command."""
    return {**common(to), **(PRESETS[preset](to) if preset is not None else {})}
