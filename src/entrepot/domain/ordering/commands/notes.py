"""Write down something about an order, for the people of one account."""

from datetime import datetime

from django.db import transaction

from entrepot.domain.ordering.commands.checks import check_key
from entrepot.domain.ordering.models import Order, OrderNote
from entrepot.domain.parties.commands.notes import clean_note
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind


def add_note(
    *, order_id: int, owner_id: int, text: str, request_key: str, actor: Actor, now: datetime
) -> None:
    """Add a note that people of the account `owner_id` see; the same `request_key` again adds nothing.

    Raises: NoSuchObject; PartyInput `note_unusable`; OrderInput `order_key_unusable`.
    """
    cleaned = clean_note(text)
    check_key(request_key)
    with transaction.atomic():
        order = Order.objects.filter(pk=order_id).first()
        if order is None:
            raise NoSuchObject(object=f"{IdKind.ORDER.value}-{order_id}")
        _note, is_new = OrderNote.objects.get_or_create(
            request_key=request_key,
            defaults={
                "tenant_id": order.tenant_id,
                "order_id": order_id,
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
                action="order_note_added",
                object_kind="order",
                object_id=order.id,
                object_label=f"{order.number_text}: {order.plan_name}",
                tenant_id=order.tenant_id,
            )
