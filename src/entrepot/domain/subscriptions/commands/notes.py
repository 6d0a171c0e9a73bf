"""Write down something about a subscription, for the people of one account."""

from datetime import datetime

from django.db import transaction

from entrepot.domain.parties.commands.notes import clean_note
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.subscriptions.models import Subscription, SubscriptionNote
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind, format_id


def add_note(
    *,
    subscription_id: int,
    owner_id: int,
    text: str,
    request_key: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Add a note that people of the account `owner_id` see; the same `request_key` again adds nothing.

    Raises: NoSuchObject; PartyInput `note_unusable`.
    """
    cleaned = clean_note(text)
    with transaction.atomic():
        found = Subscription.objects.filter(pk=subscription_id).first()
        number = format_id(kind=IdKind.SUBSCRIPTION, number=subscription_id)
        if found is None:
            raise NoSuchObject(object=number)
        _note, is_new = SubscriptionNote.objects.get_or_create(
            request_key=request_key,
            defaults={
                "tenant_id": found.tenant_id,
                "subscription_id": subscription_id,
                "owner_id": owner_id,
                "at": now,
                "author_name": actor.name[:150],
                "text": cleaned,
            },
        )
        if is_new:
            record(
                actor=actor,
                now=now,
                action="subscription_note_added",
                object_kind="subscription_note",
                object_id=found.id,
                object_label=number,
                tenant_id=found.tenant_id,
            )
