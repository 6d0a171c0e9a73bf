"""Follow the seller above or not: the policy for new plans, single values, and what was seen."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from entrepot.domain.catalog.commands.checks import check_version
from entrepot.domain.catalog.models import PlanChange, SalesCategory
from entrepot.domain.catalog.plan_changes import FIELDS, PUBLISHED
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.commands.overlays import Overlay, overlay_values, set_plan_overlay
from entrepot.domain.resale.errors import ResaleInput
from entrepot.domain.resale.plan_models import Delegation, NewPlans, PlanOverlay
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind


def set_new_plans(
    *,
    account_id: int,
    new_plans: NewPlans,
    sales_category_id: int | None,
    version: str | None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Say what a reseller does with plans that come on sale above it; tell whether it changed.

    What is on sale already stays as it is. With `SHOW` all that wait are shown. Nothing is written for a plan.
    Raises: NoSuchObject; ResaleInput `category_missing`; CatalogConflict `catalog_changed_meanwhile`.
    """
    with transaction.atomic():
        account, row = _locked(account_id)
        if new_plans is not NewPlans.CATEGORY:
            sales_category_id = None
        elif not SalesCategory.objects.filter(pk=sales_category_id or 0).exists():
            raise ResaleInput(
                "category_missing",
                "It is not said which category is shown at once.",
                field="category",
                next_step="Choose a sales category.",
            )
        before = policy_values(row)
        check_version(before, version, object_name=account.name)
        was_open = row.new_plans is NewPlans.SHOW
        row.new_plans, row.sales_category_id = new_plans, sales_category_id
        if before == policy_values(row):
            return False
        if was_open or new_plans is NewPlans.SHOW:
            row.reviewed_id = _last_change()
        row.save()
        _record("new_plans_set", account, before, policy_values(row), actor, now)
    return True


def show_waiting(*, account_id: int, upto: int, actor: Actor, now: datetime) -> None:
    """Show all new plans that came on sale up to a change and wait for the review; one row for any number of plans.

    Raises: NoSuchObject.
    """
    with transaction.atomic():
        account, row = _locked(account_id)
        before, row.reviewed_id = row.reviewed_id, max(row.reviewed_id, min(upto, _last_change()))
        if before == row.reviewed_id:
            return
        row.save()
        after = {"reviewed_id": row.reviewed_id}
        _record("new_plans_shown", account, {"reviewed_id": before}, after, actor, now)


def mark_seen(*, account_id: int, upto: int, today: date, actor: Actor, now: datetime) -> None:
    """Note that a reseller has seen all changes up to one, and all prices up to a day. Raises: NoSuchObject."""
    with transaction.atomic():
        account, row = _locked(account_id)
        before = {"seen_id": row.seen_id, "seen_on": row.seen_on and row.seen_on.isoformat()}
        row.seen_id = max(row.seen_id, min(upto, _last_change()))
        row.seen_on = max(row.seen_on or today, today)
        row.save()
        after = {"seen_id": row.seen_id, "seen_on": row.seen_on.isoformat()}
        if before != after:
            _record("upstream_seen", account, before, after, actor, now)


def follow_value(*, account_id: int, plan_id: int, field: str, actor: Actor, now: datetime) -> None:
    """Drop a reseller's own value of a plan: it is as above from now on. Raises: NoSuchObject; PartyInput."""
    _set(account_id, plan_id, field, None, actor, now)


def keep_value(
    *, account_id: int, plan_id: int, field: str, value: Any, actor: Actor, now: datetime
) -> None:
    """Make a value of a plan, such as the one before a change above, the reseller's own.

    A text may be plain: it counts for every language. Raises: NoSuchObject; PartyInput.
    """
    if field in {"name", "description"} and isinstance(value, str):
        value = {"en": value}
    _set(account_id, plan_id, field, value, actor, now)


def policy_values(row: Delegation | None) -> dict[str, Any]:
    """Give what versions of a policy are made of."""
    found = row or Delegation()
    return {"new_plans": found.new_plans.value, "sales_category_id": found.sales_category_id}


def _set(
    account_id: int, plan_id: int, field: str, value: Any, actor: Actor, now: datetime
) -> None:
    if field not in FIELDS:
        raise NoSuchObject(object="value")
    with transaction.atomic():
        row = (
            PlanOverlay.objects.select_for_update()
            .filter(account_id=account_id, plan_id=plan_id)
            .first()
        )
        own = Overlay(**overlay_values(row))
        set_plan_overlay(
            account_id=account_id,
            plan_id=plan_id,
            overlay=replace(own, **{field: value}),
            is_reviewed=field == PUBLISHED,
            actor=actor,
            now=now,
        )


def _locked(account_id: int) -> tuple[Account, Delegation]:
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None or account.kind is not AccountKind.RESELLER:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
    row = Delegation.objects.filter(account=account).first()
    return account, row or Delegation(tenant_id=account.tenant_id, account=account)


def _last_change() -> int:
    return PlanChange.objects.aggregate(last=Max("id"))["last"] or 0


def _record(
    action: str,
    account: Account,
    before: dict[str, Any],
    after: dict[str, Any],
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
