"""Reads of the switches between plan periods."""

from dataclasses import dataclass

from entrepot.domain.catalog.kinds import SwitchTime
from entrepot.domain.catalog.models import PlanPeriod, PlanSwitch

ROWS_MAX = 200


@dataclass(frozen=True, slots=True)
class PeriodName:
    """A plan period as it is chosen from a list."""

    id: int
    plan_name: str
    term_months: int
    billing_months: int


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """A switch that is allowed, and what it does."""

    id: int
    source: PeriodName
    target: PeriodName
    takes_effect: SwitchTime
    refunds: bool
    keeps_term_end: bool


def switches_of(*, plan_id: int) -> tuple[SwitchRow, ...]:
    """Give the switches away from a plan, at most 200."""
    rows = PlanSwitch.objects.filter(from_period__plan_id=plan_id).select_related(
        "from_period__plan", "to_period__plan"
    )
    return tuple(
        SwitchRow(
            row.pk,
            _named(row.from_period),
            _named(row.to_period),
            row.takes_effect,
            row.refunds,
            row.keeps_term_end,
        )
        for row in rows.order_by("from_period_id", "to_period__plan__name", "id")[:ROWS_MAX]
    )


def switch_targets(*, plan_id: int) -> tuple[PeriodName, ...]:
    """Give the periods to which subscriptions of a plan could switch: sold ones of the same vendor, at most 200."""
    rows = PlanPeriod.objects.filter(
        plan__service__vendor__in=PlanPeriod.objects.filter(plan_id=plan_id).values(
            "plan__service__vendor"
        ),
        plan__is_usage=False,
        is_active=True,
    ).select_related("plan")
    ordered = rows.order_by("plan__name", "term_months", "billing_months", "id")
    return tuple(_named(row) for row in ordered[:ROWS_MAX])


def _named(period: PlanPeriod) -> PeriodName:
    return PeriodName(period.pk, period.plan.name, period.term_months, period.billing_months)
