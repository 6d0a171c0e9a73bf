"""Django's DATABASES from the environment; computes names and paths only and starts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from entrepot.infra.postgres.configuration import APP_ROLE, OWNER_ROLE, REPORT_ROLE
from entrepot.infra.postgres.databases import DEFAULT_DATABASE
from entrepot.infra.postgres.errors import PostgresUnavailable
from entrepot.infra.postgres.layout import cluster_directory, layout_of

URL_VARIABLE = "DATABASE_URL"
ROLE_VARIABLE = "ENTREPOT_DB_ROLE"
NAME_VARIABLE = "ENTREPOT_DB_NAME"
_ROLES = {"app": APP_ROLE, "owner": OWNER_ROLE, "report": REPORT_ROLE}
_URL_VARIABLES = {
    "app": URL_VARIABLE,
    "owner": "DATABASE_OWNER_URL",
    "report": "DATABASE_REPORT_URL",
}


def database_settings(environment: Mapping[str, str], root: Path) -> dict[str, dict[str, Any]]:
    """Return Django's DATABASES with the one alias `default`.

    ENTREPOT_DB_ROLE chooses whom to connect as: `app` (default), `owner` (migrations) or `report`.
    With DATABASE_URL set, that role's own URL is used (DATABASE_OWNER_URL, DATABASE_REPORT_URL) and
    DATABASE_URL where it is missing. Otherwise the settings name the embedded cluster's socket;
    whoever runs Django has called `ensure` before.

    Raises: PostgresUnavailable for an unknown role or a URL that cannot be read.
    """
    role = environment.get(ROLE_VARIABLE) or "app"
    if role not in _ROLES:
        raise PostgresUnavailable(
            code="postgres_unknown_role",
            cause=f"{ROLE_VARIABLE} is '{role}'.",
            next_step=f"Use one of {', '.join(_ROLES)}, or unset it.",
        )
    common = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
    if uses_external_server(environment):
        url = environment.get(_URL_VARIABLES[role]) or environment[URL_VARIABLE]
        return {"default": {**common, **_from_url(url)}}
    layout = layout_of(cluster_directory(environment=environment, root=root))
    own = {
        "NAME": environment.get(NAME_VARIABLE) or DEFAULT_DATABASE,
        "USER": _ROLES[role],
        "HOST": str(layout.socket_dir),
        "PORT": str(layout.port),
    }
    return {"default": {**common, **own}}


def uses_external_server(environment: Mapping[str, str]) -> bool:
    """Return whether the operator named a server of their own."""
    return bool(environment.get(URL_VARIABLE))


def _from_url(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _unreadable(str(error)) from error
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise _unreadable("it does not have the form postgresql://user:password@host:port/database")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(_host(parts))
    return {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def _host(parts: SplitResult) -> str:
    # A socket directory is written percent-encoded; `hostname` would turn it to lower case.
    server = parts.netloc.rpartition("@")[2]
    return parts.hostname or "" if server.startswith("[") else server.partition(":")[0]


def _unreadable(reason: str) -> PostgresUnavailable:
    return PostgresUnavailable(
        code="postgres_url_unreadable",
        cause=f"A database URL in the environment cannot be read: {reason}.",
        next_step=f"Correct {URL_VARIABLE} (percent-encode special characters in the password), "
        "or unset it.",
    )
