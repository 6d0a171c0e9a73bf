"""The own words of sellers for kinds of messages."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from entrepot.domain.notifications.errors import MessageConflict, MessageInput
from entrepot.domain.notifications.kinds import VARIABLES, WITH_LINK, MessageKind
from entrepot.domain.notifications.models import MessageTemplate
from entrepot.domain.notifications.wording import Wording, check
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.names import clean_language
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind


def checked(wording: Wording, *, kind: MessageKind) -> Wording:
    """Return words as they would be stored.

    Raises: MessageInput as `wording.check`, `template_without_link` where the message would be of no use without one.
    """
    cleaned = check(wording, allowed=VARIABLES[kind])
    if kind in WITH_LINK and "{{link}}" not in cleaned.body.replace(" ", ""):
        raise MessageInput(
            "template_without_link",
            "Without {name} nobody can follow this message.",
            field="body",
            next_step="Put {name} on a line of its own.",
            name="{{link}}",
        )
    return cleaned


def set_template(
    *,
    seller_id: int,
    kind: MessageKind,
    language: str,
    wording: Wording,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep a seller's own words; they count for messages from now on. The same words again write nothing.

    `version` is the one that the page had shown, 0 while there were no own words. Raises: NoSuchObject; PartyInput
    `language_unknown`; MessageInput as `checked`; MessageConflict `template_changed_meanwhile`.
    """
    cleaned = checked(wording, kind=kind)
    tongue = clean_language(language)
    with transaction.atomic():
        seller = _locked(seller_id)
        row = _row(seller_id, kind, tongue)
        _check_version(row, version)
        before = {} if row is None else {"subject": row.subject, "body": row.body}
        after = {"subject": cleaned.subject, "body": cleaned.body}
        if before == after:
            return
        MessageTemplate.objects.update_or_create(
            seller_id=seller_id,
            kind=kind.value,
            language=tongue,
            defaults={**after, "tenant_id": seller.tenant_id, "version": version + 1},
        )
        label = f"{kind.value} {tongue}"
        _record(seller, "template_set", label, before=before, after=after, actor=actor, now=now)


def reset_template(
    *,
    seller_id: int,
    kind: MessageKind,
    language: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Take own words back, so that those of the seller above or the usual ones count; without own words do nothing.

    Raises: NoSuchObject; MessageConflict `template_changed_meanwhile`.
    """
    with transaction.atomic():
        seller = _locked(seller_id)
        row = _row(seller_id, kind, language)
        if row is None:
            return
        _check_version(row, version)
        row.delete()
        label = f"{kind.value} {language}"
        before = {"subject": row.subject, "body": row.body}
        _record(seller, "template_reset", label, before=before, after={}, actor=actor, now=now)


def _locked(seller_id: int) -> Account:
    seller = Account.objects.select_for_update().filter(pk=seller_id).first()
    if seller is None:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{seller_id}")
    return seller


def _row(seller_id: int, kind: MessageKind, language: str) -> MessageTemplate | None:
    return MessageTemplate.objects.filter(
        seller_id=seller_id, kind=kind.value, language=language
    ).first()


def _check_version(row: MessageTemplate | None, version: int) -> None:
    if version != (0 if row is None else row.version):
        raise MessageConflict(
            "template_changed_meanwhile",
            "Somebody has changed these words meanwhile.",
            next_step="Look at them again, then save once more.",
        )


def _record(
    seller: Account,
    action: str,
    label: str,
    *,
    before: Mapping[str, str],
    after: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="message_template",
        object_id=seller.id,
        object_label=f"{seller.name}: {label}",
        tenant_id=seller.tenant_id,
        before=before,
        after=after,
    )
