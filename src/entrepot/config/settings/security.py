"""Sign-in, sessions, passwords and what browsers are told; values follow the reliability and security page."""

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from entrepot.infra.postgres.layout import data_root

_PACKAGE = Path(__file__).resolve().parents[2]
_SECURE = os.environ.get("ENTREPOT_PRODUCTION", "") == "1"
_PROXIES = int(os.environ.get("ENTREPOT_PROXIES", "0"))

# Links in mails: the host is a brand's, never the one that a request claims.
PUBLIC_SCHEME = "https" if _SECURE else "http"
PUBLIC_PORT = os.environ.get("ENTREPOT_PUBLIC_PORT" if _SECURE else "ENTREPOT_PORT", "")
SHOW_GALLERY = not _SECURE

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "entrepot.domain.parties.hashing.Argon2Hasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 30 * 60
ACCOUNT_ADAPTER = "entrepot.web.access.adapter.AccessAdapter"
ACCOUNT_FORMS = {"login": "entrepot.web.access.forms.SignInForm"}
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
# Names are stored in lower case, so that a look-up is one probe of the unique index.
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# The key of failed sign-ins and of reset links is the person together with the network (web/access/adapter.py).
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "5/15m/key,100/h/ip",
    "reset_password": "20/h/ip,5/h/key",
    "portal": "120/10m/key",
    "scim": "1200/m/key",
    "scim_failed": "60/m/key",
    "second_factor": "5/15m/key",
    "second_factor_network": "100/h/ip",
}
MFA_ADAPTER = "entrepot.domain.parties.factor_seals.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_WEBAUTHN_USER_VERIFICATION = "preferred"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_COUNT = 10
MFA_RECOVERY_CODE_DIGITS = 8
# Addresses in X-Forwarded-For count only when the operator says how many proxies stand in front.
ALLAUTH_TRUSTED_PROXY_COUNT = _PROXIES
if _PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The counters of these limits must be the same for all web processes. Entries are a few hundred bytes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": data_root(environment=os.environ, root=_PACKAGE.parents[1]) / "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

LOCALE_PATHS = [_PACKAGE / "web" / "access" / "locale"]

SESSION_ENGINE = "entrepot.domain.parties.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _SECURE
SESSION_COOKIE_NAME = "__Host-session" if _SECURE else "session"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_NAME = "__Host-csrf" if _SECURE else "csrf"
CSRF_COOKIE_SECURE = _SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_USE_SESSIONS = False

SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
