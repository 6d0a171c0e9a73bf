"""How mails leave: through a mail server when one is named, else they are printed and shown under Messages."""

import os

EMAIL_HOST = os.environ.get("ENTREPOT_MAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("ENTREPOT_MAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("ENTREPOT_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("ENTREPOT_MAIL_PASSWORD", "")
EMAIL_USE_SSL = os.environ.get("ENTREPOT_MAIL_TLS", "") == "wrapped"
EMAIL_USE_TLS = os.environ.get("ENTREPOT_MAIL_TLS", "start") == "start"
# A worker waits so many seconds for each answer of the mail server.
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = os.environ.get("ENTREPOT_EMAIL_BACKEND") or (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.console.EmailBackend"
)
DEFAULT_FROM_EMAIL = os.environ.get("ENTREPOT_MAIL_FROM", "no-reply@localhost")
# Mail back ends that show mails to the operator alone: their messages are kept, not sent.
MAIL_IS_SENT = EMAIL_BACKEND.rpartition(".")[0] not in {
    f"django.core.mail.backends.{name}" for name in ("console", "dummy", "filebased")
}
