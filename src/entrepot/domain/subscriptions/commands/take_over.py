"""Take over subscriptions that run already and were billed elsewhere until a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from entrepot.domain.subscriptions.commands.history import Note, note_all
from entrepot.domain.subscriptions.commands.locked import require_day, require_may_order
from entrepot.domain.subscriptions.commands.quantities import checked
from entrepot.domain.subscriptions.commands.start_rows import NewRow, add_rows
from entrepot.domain.subscriptions.errors import OrderRefused, SubscriptionInput
from entrepot.domain.subscriptions.events import SubscriptionStarted
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import SubBilling, Subscription
from entrepot.domain.subscriptions.rules import search_text
from entrepot.domain.subscriptions.sale import Sale, SoldPeriod
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.events import bus
from entrepot.kernel.ids import IdKind
from entrepot.kernel.periods import boundary

REFERENCE_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True)
class Running:
    """One subscription that runs already. `ends_on` is the exclusive end of its running term."""

    plan_period_id: int
    quantities: Mapping[int, Decimal]
    started_on: date
    ends_on: date
    auto_renew: bool
    vendor_reference: str


def first_day_of_ours(
    *, started_on: date, ends_on: date, billing_months: int, business_day: date
) -> date:
    """Give the first day that we bill: where the first billing period begins that is not billed elsewhere.

    Periods are counted from the start, as the seller before us did. The one that runs on the day before
    `business_day` counts as billed; it ends with the term at the latest.
    """
    months = (business_day.year - started_on.year) * 12 + business_day.month - started_on.month
    # One period early, so that the day itself is never missed at ends of months.
    count = max(months // billing_months - 1, 1)
    day = boundary(started_on, months=count * billing_months, anchor=started_on.day)
    while day < business_day:
        count += 1
        day = boundary(started_on, months=count * billing_months, anchor=started_on.day)
    return min(day, ends_on)


def require_running(row: Running, *, business_day: date) -> None:
    """Refuse days that no running subscription has. Raises: SubscriptionInput."""
    require_day(row.started_on, field="start")
    require_day(row.ends_on, field="expiry")
    if row.started_on >= business_day:
        raise SubscriptionInput(
            "take_over_not_started",
            "It starts on {start}, so it does not run yet.",
            field="start",
            start=row.started_on,
            next_step="Order it, or import it after its start.",
        )
    if row.ends_on < business_day:
        raise SubscriptionInput(
            "take_over_ended",
            "It ended on {end}.",
            field="expiry",
            end=row.ends_on,
            next_step="Leave it out.",
        )
    reference = row.vendor_reference
    if not reference or len(reference) > REFERENCE_LENGTH_MAX or not reference.isprintable():
        raise SubscriptionInput(
            "take_over_reference_unusable",
            "The ID at the vendor has 1 to {most} visible characters.",
            field="vendor_id",
            most=REFERENCE_LENGTH_MAX,
            next_step="Copy it from the vendor's list.",
        )


def take_over_subscriptions(
    *, sale: Sale, rows: Sequence[Running], business_day: date, actor: Actor, now: datetime
) -> list[Subscription]:
    """Add running subscriptions of one buyer; return them in the order given.

    Nothing is charged for days before `first_day_of_ours`, and no set-up fee. From that day on each is billed like
    every other one: that day's run agrees the prices until the end of the running term. One that does not renew
    and whose last period is billed elsewhere only runs out.
    Raises: NoSuchObject; SubscriptionInput; OrderRefused.
    """
    with transaction.atomic(savepoint=False):
        require_may_order(customer_path=sale.path)
        for row in rows:
            require_running(row, business_day=business_day)
            require_sold(sale, row.plan_period_id)
        added = _add(sale, rows)
        SubBilling.objects.bulk_create(
            _billing(wide, row, sale.periods[row.plan_period_id], business_day)
            for wide, row in zip(added, rows, strict=True)
        )
        notes = [_note(wide, row) for wide, row in zip(added, rows, strict=True)]
        note_all(notes=notes, on_day=business_day, actor=actor, now=now)
        for wide in added:
            bus.publish(SubscriptionStarted(wide.id, wide.tenant_id, business_day))
    return added


def require_sold(sale: Sale, plan_period_id: int) -> None:
    """Refuse a plan that this buyer is not sold, and a chain that is not the one. Raises: OrderRefused."""
    period = sale.periods[plan_period_id]
    if not period.is_sold:
        raise OrderRefused(
            "plan_not_sold",
            "{object} is not sold to this customer, or not for this period.",
            object=f"{IdKind.PLAN.value}-{period.plan_id}",
            next_step="Choose another plan or period, or publish it.",
        )
    if sale.chains != 1 or not sale.tiers:
        raise OrderRefused(
            "chain_of_another_customer",
            "{object} has no chain of sellers of this kind, or several to choose from.",
            object=f"{IdKind.ACCOUNT.value}-{sale.customer_id}",
            next_step="Open a chain for its market, or name the one to use.",
        )


def _add(sale: Sale, rows: Sequence[Running]) -> list[Subscription]:
    """Add the rows that people see, then write what differs from one to the other."""
    lines = [
        NewRow(period, checked(period, row.quantities))
        for row in rows
        for period in (sale.periods[row.plan_period_id],)
    ]
    pairs = add_rows(sale, lines, auto_renew=True, vendor_reference="", purchase_order="")
    added = [wide for wide, _items in pairs]
    for wide, row in zip(added, rows, strict=True):
        wide.status = Status.ACTIVE
        wide.started_on = row.started_on
        wide.auto_renew = row.auto_renew
        wide.vendor_reference = row.vendor_reference
        wide.search_text = search_text(
            customer=wide.customer_name,
            plan=wide.plan_name,
            number=f"{IdKind.SUBSCRIPTION.value}-{wide.pk}",
            vendor_reference=row.vendor_reference,
            purchase_order="",
        )
    Subscription.objects.bulk_update(
        added, ["status", "started_on", "auto_renew", "vendor_reference", "search_text"]
    )
    return added


def _billing(
    wide: Subscription, row: Running, period: SoldPeriod, business_day: date
) -> SubBilling:
    first = first_day_of_ours(
        started_on=row.started_on,
        ends_on=row.ends_on,
        billing_months=period.billing_months,
        business_day=business_day,
    )
    # An empty period that ends on our first day, as a new subscription has it; what only runs out has none of ours.
    only_ends = first == row.ends_on and not row.auto_renew
    return SubBilling(
        subscription_id=wide.pk,
        tenant_id=wide.tenant_id,
        due_on=first,
        status=Status.ACTIVE,
        anchor_day=row.started_on.day,
        billing_months=period.billing_months,
        term_months=period.term_months,
        grace_days=period.grace_days,
        period_start=row.started_on if only_ends else first,
        period_end=first,
        term_end=first,
        next_term_end=row.ends_on if row.ends_on > first else None,
        auto_renew=row.auto_renew,
        setup_done=True,
        is_usage=period.is_usage,
        chain_id=wide.chain_id,
        plan_period_id=period.id,
        customer_id=wide.customer_id,
        tax_category_id=period.tax_category_id,
    )


def _note(wide: Subscription, row: Running) -> Note:
    return Note(
        wide.id,
        wide.tenant_id,
        label=f"{wide.customer_name}: {wide.plan_name}",
        kind="taken_over",
        after={
            "status": wide.status,
            "start_on": row.started_on.isoformat(),
            "ends_on": row.ends_on.isoformat(),
            "vendor_reference": row.vendor_reference,
        },
    )
