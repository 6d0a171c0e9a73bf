"""The administrative hold of an account, which reaches its subscriptions (rule 4 of the domain reference)."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from entrepot.domain.parties.commands import hold_account_by_hand, release_account_by_hand
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.commands import hold_subscription, release_subscription
from entrepot.domain.subscriptions.lifecycle import RUNNING
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.daily_billing import business_date
from entrepot.flows.onboarding import editable
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.ids import IdKind

_TAKEN = "subscriptions"
_NOTE_LENGTH_MAX = 80


def running_subscriptions(*, account_id: int) -> int:
    """Count what a hold of the account would take along: its running subscriptions that are not held already."""
    return _free(account_id).count()


def hold_account(
    viewer: Viewer, *, account_id: int, version: int, reason: str, actor: Actor, now: datetime
) -> int:
    """Put an administrative hold on an account below the viewer's and on its running subscriptions; return how many.

    A subscription that is held already keeps its own hold when the account is released. What its buyers buy is not
    touched: customers of a held reseller keep their services.
    Raises: NoSuchObject, also for the own account; PartyConflict; PartyInput; PartyRefused.
    """
    with transaction.atomic():
        account = editable(viewer, account_id=account_id)
        _not_own(viewer, account_id)
        rows = _free(account.id).select_for_update().order_by("id")
        taken = list(rows.values_list("id", flat=True))
        hold_account_by_hand(
            account_id=account.id,
            version=version,
            reason=reason,
            details={_TAKEN: taken},
            actor=actor,
            now=now,
        )
        day = _day(viewer)
        for number in taken:
            hold_subscription(
                subscription_id=number,
                reason=reason.strip()[:_NOTE_LENGTH_MAX],
                actor=actor,
                now=now,
                business_date=day,
            )
    return len(taken)


def release_account(
    viewer: Viewer, *, account_id: int, version: int, reason: str, actor: Actor, now: datetime
) -> int:
    """Release an account and the subscriptions that its hold had taken along; return how many.

    Raises: as `hold_account`.
    """
    with transaction.atomic():
        account = editable(viewer, account_id=account_id)
        _not_own(viewer, account_id)
        details = release_account_by_hand(
            account_id=account.id, version=version, reason=reason, actor=actor, now=now
        )
        rows = Subscription.objects.filter(
            pk__in=details.get(_TAKEN, ()), customer_id=account.id, admin_hold=True
        )
        released = list(rows.select_for_update().order_by("id").values_list("id", flat=True))
        day = _day(viewer)
        for number in released:
            release_subscription(
                subscription_id=number,
                reason=reason.strip()[:_NOTE_LENGTH_MAX],
                actor=actor,
                now=now,
                business_date=day,
            )
    return len(released)


def _free(account_id: int) -> QuerySet[Subscription]:
    rows = Subscription.objects.filter(customer_id=account_id, status__in=sorted(RUNNING))
    return rows.filter(admin_hold=False)


def _not_own(viewer: Viewer, account_id: int) -> None:
    if account_id == viewer.account_id:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")


def _day(viewer: Viewer) -> date:
    return business_date() or viewer.today
