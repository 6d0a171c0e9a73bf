"""Mails of sign-in: written at once, sent beside the request.

Sending takes as long as the mail server likes. If the request waited for it, the time of an answer would tell whether
a login exists. A mail that is lost with the process is asked for again by its reader.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from entrepot.domain.parties.realms import Realm
from entrepot.domain.parties.resets import ResetTicket

_log = logging.getLogger(__name__)
_SENDER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")
_waiting: set[Future[int]] = set()


def send_reset_link(*, ticket: ResetTicket, realm: Realm) -> None:
    """Send the link in the person's language. Its host is the brand's, whatever the request claims."""
    path = reverse("password-set", args=[ticket.user_key, ticket.token])
    with translation.override(ticket.language):
        message = EmailMessage(
            subject=gettext("Set your password for %(brand)s") % {"brand": realm.display_name},
            body=render_to_string(
                "screens/access/reset_mail.txt",
                {
                    "name": ticket.display_name,
                    "brand": realm.display_name,
                    "link": f"{public_address(realm.host)}{path}",
                    "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
                },
            ),
            to=[ticket.email],
        )
    sending = _SENDER.submit(message.send)
    _waiting.add(sending)
    sending.add_done_callback(_done)


def public_address(host: str) -> str:
    """Return scheme, host and port at which people reach a brand."""
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{host}{port}"


def wait_until_sent(*, seconds_max: float) -> None:
    """Wait for the mails on their way, at most so long."""
    wait(list(_waiting), timeout=seconds_max)


def _done(sending: Future[int]) -> None:
    _waiting.discard(sending)
    if (failure := sending.exception()) is not None:
        _log.error("a mail with a reset link could not be sent", exc_info=failure)
