"""Settings of the one Django application.

Everything an operator may change comes from the environment (see docs/operations.md); nothing here starts a server
or reads the clock.
"""

import os
import secrets
from pathlib import Path

import django_stubs_ext

from entrepot.infra.postgres.settings import database_settings

django_stubs_ext.monkeypatch()

ROOT = Path(__file__).resolve().parents[4]
DATA = Path(os.environ.get("ENTREPOT_DATA", ROOT / "var"))
DEBUG = os.environ.get("ENTREPOT_DEBUG", "") == "1"
PRODUCTION = os.environ.get("ENTREPOT_PRODUCTION", "") == "1"


def _secret_key() -> str:
    """Return the installation's own signing key, made once and kept beside the data (mode 0600)."""
    if key := os.environ.get("ENTREPOT_SECRET_KEY"):
        return key
    path = DATA / "secret-key"
    if not path.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        fresh.rename(path)
    return path.read_text().strip()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = os.environ.get(
    "ENTREPOT_HOSTS", "localhost,.localhost,127.0.0.1,[::1],testserver"
).split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("ENTREPOT_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    # Their own configurations rewrite the template loaders, each over the other; TEMPLATES below names both.
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_htmx",
    "lucide",
    "entrepot.infra.db",
    "entrepot.infra.audit",
    "entrepot.infra.tasks",
    "entrepot.infra.outbox",
    "entrepot.domain.parties",
    "entrepot.domain.identity",
    "entrepot.domain.tax",
    "entrepot.domain.catalog",
    "entrepot.domain.resale",
    "entrepot.domain.ledger",
    "entrepot.domain.usage",
    "entrepot.domain.subscriptions",
    "entrepot.domain.billing",
    "entrepot.domain.provisioning",
    "entrepot.domain.seats",
    "entrepot.domain.documents",
    "entrepot.domain.notifications",
    "entrepot.domain.credit",
    "entrepot.domain.ordering",
    "entrepot.flows",
    "entrepot.web.ui",
    "entrepot.web.screens",
    "entrepot.ops",
]

MIDDLEWARE = [
    "entrepot.web.frames.RoomForFramesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Outside of everything that may refuse, so that refusals have the header too.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "entrepot.web.middleware.ViewerMiddleware",
    "entrepot.web.access.factors.enrolment.EnrolmentMiddleware",
]

ROOT_URLCONF = "entrepot.config.urls"
WSGI_APPLICATION = "entrepot.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "parties.User"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "builtins": ["django_cotton.templatetags.cotton"],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "entrepot.web.context.shell",
            ],
        },
    },
]

DATABASES = database_settings(os.environ, ROOT)
DATABASE_ROUTERS: list[str] = []

# Vendors that may be reached at a private address or without TLS, as host:port; all others only through https.
INSIDE_VENDORS = frozenset(
    place for place in os.environ.get("ENTREPOT_INSIDE_VENDORS", "").split(",") if place
)

# The same for sign-in portals (OpenID Connect).
INSIDE_PORTALS = frozenset(
    place for place in os.environ.get("ENTREPOT_INSIDE_PORTALS", "").split(",") if place
)

# One step of signing in through a portal takes so long at most.
PORTAL_SECONDS = 10.0

# How many jobs a worker program does at a time; `bin/up` starts ENTREPOT_WORKERS of them.
WORKER_SLOTS = int(os.environ.get("ENTREPOT_WORKER_SLOTS", "2"))

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    if (STATIC_ROOT / "staticfiles.json").exists() and not DEBUG
    else {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MANIFEST_STRICT = False

from entrepot.config.settings.mail import *  # noqa: E402, F403
from entrepot.config.settings.security import *  # noqa: E402, F403
