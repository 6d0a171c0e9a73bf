"""Mails made of messages: one of each, or one digest of many that waited long; sent through Django's mail back end."""

import smtplib
from collections.abc import Mapping, Sequence
from email.mime.image import MIMEImage
from email.utils import formataddr, parseaddr
from typing import Any

from django.core.mail import EmailMultiAlternatives

from entrepot.domain.notifications.kinds import Failure
from entrepot.domain.notifications.models import Message
from entrepot.domain.notifications.wording import LINK, Look, html_of, one_line

_DIGEST = {
    "en": ("{n} messages from {brand}", "These messages could not be sent earlier."),
    "de": (
        "{n} Nachrichten von {brand}",
        "Diese Nachrichten konnten nicht früher gesendet werden.",
    ),
}


class _Mail(EmailMultiAlternatives):
    """A mail whose pictures belong to its text and are no attachments of their own."""

    mixed_subtype = "related"


def mail_of(
    messages: Sequence[Message],
    *,
    look: Look,
    logo: bytes | None,
    links: Mapping[int, str],
    from_address: str,
    mail_id: str,
) -> EmailMultiAlternatives:
    """Make the mail of one message, or the digest of several to one address in one language.

    `links` holds the link for one use of each message that has one. Raises: MessageInput `message_header_unusable`.
    """
    first = messages[0]
    if len(messages) == 1:
        subject, text = first.subject, first.text.replace(LINK, links.get(first.id, ""))
    else:
        subject, text = _digest(messages, look)
    html = html_of(text, title=subject, look=look, language=first.language)
    sender = formataddr((one_line(look.name, field="brand"), parseaddr(from_address)[1]))
    mail = _Mail(
        subject=one_line(subject, field="subject"),
        body=text,
        from_email=sender,
        to=[one_line(first.address, field="address")],
        headers={"Message-ID": mail_id, "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(html, "text/html")
    if logo is not None:
        picture = MIMEImage(logo, "png")
        picture.add_header("Content-ID", "<logo>")
        picture.add_header("Content-Disposition", "inline", filename="logo.png")
        mail.attach(picture)
    return mail


def failure_of(error: Exception) -> Failure:
    """Tell whether what went wrong after the connection stood may pass by itself."""
    codes = _codes(error)
    if codes and all(code >= 500 for code in codes):
        return Failure.REFUSED
    return Failure.REFUSED_FOR_NOW if codes else Failure.NO_ANSWER


def reason_of(error: Exception) -> str:
    """Say in one line what the mail server or the network said."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said: Any = next(iter(error.recipients.values()), (0, b""))
        return _line(said[0], said[1])
    if isinstance(error, smtplib.SMTPResponseException):
        return _line(error.smtp_code, error.smtp_error)
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]


def _codes(error: Exception) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [int(code) for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def _line(code: int, text: str | bytes) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {said}".split())[:500]


def _digest(messages: Sequence[Message], look: Look) -> tuple[str, str]:
    subject, lead = _DIGEST.get(messages[0].language, _DIGEST["en"])
    parts = [lead, *(f"## {one.subject}\n\n{one.text}" for one in messages)]
    return subject.format(n=len(messages), brand=look.name), "\n\n".join(parts)
