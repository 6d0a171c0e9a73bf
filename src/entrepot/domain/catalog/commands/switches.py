"""Say to which plan periods the subscriptions of another one may go over."""

from datetime import datetime

from django.db import transaction

from entrepot.domain.catalog.errors import CatalogInput
from entrepot.domain.catalog.kinds import SwitchTime
from entrepot.domain.catalog.models import PlanPeriod, PlanSwitch
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.infra.audit.recorder import Actor, record


def allow_switch(
    *,
    from_period_id: int,
    to_period_id: int,
    actor: Actor,
    now: datetime,
    takes_effect: SwitchTime = SwitchTime.NOW,
    refunds: bool = True,
    keeps_term_end: bool = True,
) -> int:
    """Allow a switch, or change how one is done; return its id. Orders that are under way follow what it says then.

    Raises: NoSuchObject; CatalogInput `switch_to_itself`, `switch_of_usage`.
    """
    if from_period_id == to_period_id:
        raise CatalogInput(
            "switch_to_itself",
            "A plan period cannot switch to itself.",
            field="to_period",
            next_step="Choose another one.",
        )
    facts = {"takes_effect": takes_effect, "refunds": refunds, "keeps_term_end": keeps_term_end}
    with transaction.atomic():
        first, second = _period(from_period_id), _period(to_period_id)
        if first.plan.is_usage or second.plan.is_usage:
            raise CatalogInput(
                "switch_of_usage",
                "A plan that is paid as it goes cannot be switched.",
                field="to_period",
                next_step="Order the other plan and cancel this one.",
            )
        switch, _ = PlanSwitch.objects.update_or_create(
            from_period=first, to_period=second, defaults=facts
        )
        _record("switch_allowed", switch, actor=actor, now=now)
    return switch.pk


def forbid_switch(*, switch_id: int, actor: Actor, now: datetime) -> None:
    """Take a switch off sale; orders that are under way are done as new subscriptions. Raises: NoSuchObject."""
    with transaction.atomic():
        switch = PlanSwitch.objects.select_for_update().filter(pk=switch_id).first()
        if switch is None:
            raise NoSuchObject(object="plan switch")
        _record("switch_forbidden", switch, actor=actor, now=now)
        switch.delete()


def _period(number: int) -> PlanPeriod:
    period = PlanPeriod.objects.select_related("plan").filter(pk=number).first()
    if period is None:
        raise NoSuchObject(object="plan period")
    return period


def _record(action: str, switch: PlanSwitch, *, actor: Actor, now: datetime) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="plan",
        object_id=switch.from_period.plan_id,
        object_label=switch.from_period.plan.name,
        tenant_id=None,
        after={
            "from_period": switch.from_period_id,
            "to_period": switch.to_period_id,
            "takes_effect": switch.takes_effect,
            "refunds": switch.refunds,
            "keeps_term_end": switch.keeps_term_end,
        },
    )
