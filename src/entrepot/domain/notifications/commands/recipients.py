"""Additional recipients of an account's messages, by topic."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from entrepot.domain.notifications.errors import MessageInput, MessageRefused
from entrepot.domain.notifications.kinds import Topic
from entrepot.domain.notifications.models import MessageRecipient
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.names import clean_email
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind

RECIPIENTS_MAX = 20


def set_recipient(
    *, account_id: int, address: str, topics: Sequence[Topic], actor: Actor, now: datetime
) -> None:
    """Tell an address of these topics of an account from now on; the same again writes nothing.

    At most 20 addresses. Raises: NoSuchObject; PartyInput `email_malformed`; MessageInput `recipient_missing`,
    `recipient_topic_missing`; MessageRefused `recipients_too_many`.
    """
    cleaned = clean_email(address, field="address").casefold()
    wanted = [topic.value for topic in Topic if topic in topics]
    if not cleaned:
        raise MessageInput(
            "recipient_missing",
            "The address is missing.",
            field="address",
            next_step="Write it as name@company.example.",
        )
    if not wanted:
        raise MessageInput(
            "recipient_topic_missing",
            "Nothing is chosen of which this address is told.",
            field="topics",
            next_step="Choose at least one topic, or remove the address.",
        )
    with transaction.atomic():
        account = _locked(account_id)
        rows = MessageRecipient.objects.filter(account_id=account.id)
        known = rows.filter(address=cleaned).first()
        if known is not None and known.topics == wanted:
            return
        if known is None and rows.count() >= RECIPIENTS_MAX:
            raise MessageRefused(
                "recipients_too_many",
                "{object} has {most} additional recipients already.",
                object=account.name,
                next_step="Remove one, or use an address that passes messages on.",
                most=RECIPIENTS_MAX,
            )
        MessageRecipient.objects.update_or_create(
            account_id=account.id,
            address=cleaned,
            defaults={"tenant_id": account.tenant_id, "topics": wanted},
        )
        before = {} if known is None else {"address": cleaned, "topics": known.topics}
        after = {"address": cleaned, "topics": wanted}
        _record(account, "recipient_set", before=before, after=after, actor=actor, now=now)


def remove_recipient(*, account_id: int, recipient_id: int, actor: Actor, now: datetime) -> str:
    """Tell an address nothing any more and return it; empty if it was removed already. Raises: NoSuchObject."""
    with transaction.atomic():
        account = _locked(account_id)
        known = MessageRecipient.objects.filter(account_id=account.id, pk=recipient_id).first()
        if known is None:
            return ""
        known.delete()
        before = {"address": known.address, "topics": known.topics}
        _record(account, "recipient_removed", before=before, after={}, actor=actor, now=now)
    return known.address


def _locked(account_id: int) -> Account:
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
    return account


def _record(
    account: Account,
    action: str,
    *,
    before: Mapping[str, object],
    after: Mapping[str, object],
    actor: Actor,
    now: datetime,
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="account",
        object_id=account.id,
        object_label=account.name,
        tenant_id=account.tenant_id,
        before=before,
        after=after,
    )
