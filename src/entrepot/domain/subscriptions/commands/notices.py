"""Choose how many days before an end a seller's customers are told of it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account
from entrepot.domain.subscriptions.errors import SubscriptionConflict, SubscriptionInput
from entrepot.domain.subscriptions.models import NoticeRule
from entrepot.domain.subscriptions.rules import (
    NOTICE_DAYS_MAX,
    NOTICES_MAX,
    USUAL_EXPIRY_DAYS,
    USUAL_RENEWAL_DAYS,
)
from entrepot.infra.audit.recorder import Actor, record


def set_notice_days(
    *,
    seller_id: int,
    expiry_days: Sequence[int],
    renewal_days: Sequence[int],
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep the days of a seller, largest first; they count from the next run on, notices that were given stay given.

    At most 5 of each, from 1 to 365; none means no notices. `version` is the one that the page had shown, 0 while
    the usual days count. The same days again write nothing.
    Raises: NoSuchObject; SubscriptionInput `notice_days_out_of_bounds`; SubscriptionConflict
    `notice_days_changed_meanwhile`.
    """
    wanted = {
        "expiry_days": _checked(expiry_days, field="expiry_days"),
        "renewal_days": _checked(renewal_days, field="renewal_days"),
    }
    with transaction.atomic():
        seller = Account.objects.select_for_update().filter(pk=seller_id).first()
        if seller is None:
            raise NoSuchObject(object=f"ACC-{seller_id}")
        row = NoticeRule.objects.filter(pk=seller_id).first()
        if version != (row.version if row else 0):
            raise SubscriptionConflict(
                "notice_days_changed_meanwhile",
                "Somebody has changed the days of notices of {object} meanwhile.",
                object=seller.name,
                next_step="Look at them again and choose once more.",
            )
        before = {
            "expiry_days": list(row.expiry_days if row else USUAL_EXPIRY_DAYS),
            "renewal_days": list(row.renewal_days if row else USUAL_RENEWAL_DAYS),
        }
        if before == wanted:
            return
        NoticeRule.objects.update_or_create(
            seller_id=seller_id,
            defaults={**wanted, "tenant_id": seller.tenant_id, "version": version + 1},
        )
        record(
            actor=actor,
            now=now,
            action="notice_days_set",
            object_kind="notice_rule",
            object_id=seller_id,
            object_label=seller.name,
            tenant_id=seller.tenant_id,
            before=before,
            after=wanted,
        )


def _checked(days: Sequence[int], *, field: str) -> list[int]:
    found = sorted(set(days), reverse=True)
    if len(found) > NOTICES_MAX or any(not 1 <= day <= NOTICE_DAYS_MAX for day in found):
        raise SubscriptionInput(
            "notice_days_out_of_bounds",
            "Notices are given at most {most} times, each 1 to {days} days before an end.",
            field=field,
            next_step="Give fewer or other days, such as 30, 7, 1.",
            most=NOTICES_MAX,
            days=NOTICE_DAYS_MAX,
        )
    return found
