"""What a quantity may be."""

from collections.abc import Mapping
from decimal import Decimal

from entrepot.domain.catalog.rules import Bounds
from entrepot.domain.subscriptions.errors import SubscriptionInput
from entrepot.domain.subscriptions.sale import SoldPeriod, SoldResource
from entrepot.kernel.ids import IdKind

QUANTITY_MAX = 10_000_000


def check_quantity(quantity: Decimal, *, is_measured: bool) -> None:
    """Refuse what is no number of units: 0 to 10,000,000, whole unless the resource is measured.

    Raises: SubscriptionInput `quantity_negative`, `quantity_too_large`, `quantity_not_whole`.
    """
    if not quantity.is_finite() or quantity > QUANTITY_MAX:
        raise SubscriptionInput(
            "quantity_too_large",
            "A quantity is at most {most}.",
            field="quantity",
            next_step="Give a smaller number.",
            most=QUANTITY_MAX,
        )
    if quantity < 0:
        raise SubscriptionInput(
            "quantity_negative",
            "A quantity cannot be below zero.",
            field="quantity",
            next_step="Give the new total, zero or more.",
        )
    decimals = 6 if is_measured else 0
    if quantity != round(quantity, decimals):
        raise SubscriptionInput(
            "quantity_not_whole",
            "{quantity} has more than {decimals} decimals.",
            field="quantity",
            next_step="Give a whole number of units.",
            quantity=quantity,
            decimals=decimals,
        )


def check_bounds(quantity: Decimal, *, minimum: Decimal | None, maximum: Decimal | None) -> None:
    """Refuse units outside what the plan sells; none at all are not asked for.

    Raises: SubscriptionInput `quantity_out_of_bounds`.
    """
    if quantity and not Bounds(minimum, maximum).allow(quantity):
        raise SubscriptionInput(
            "quantity_out_of_bounds",
            "The plan is sold in {least} to {most} units.",
            field="quantity",
            next_step="Give a number in these bounds.",
            least=f"{(minimum or Decimal(0)).normalize():f}",
            most=f"{(maximum or Decimal(QUANTITY_MAX)).normalize():f}",
        )


def checked(
    period: SoldPeriod, quantities: Mapping[int, Decimal]
) -> list[tuple[SoldResource, Decimal]]:
    """Check the quantities against the plan; give what becomes an item, in the plan's order.

    Raises: SubscriptionInput `resource_not_in_plan`, `quantity_all_zero`; what `check_quantity` and `check_bounds`
    raise.
    """
    offered = period.resources
    if not quantities or set(quantities) - {row.id for row in offered}:
        raise SubscriptionInput(
            "resource_not_in_plan",
            "The quantities do not name resources of the plan {object}.",
            object=f"{IdKind.PLAN.value}-{period.plan_id}",
            field="quantities",
            next_step="Give a quantity for the resources of the plan.",
        )
    for row in offered:
        if row.id in quantities:
            check_quantity(quantities[row.id], is_measured=row.is_measured)
            check_bounds(quantities[row.id], minimum=row.minimum, maximum=row.maximum)
    if not any(quantities.values()) and not period.is_usage:
        raise SubscriptionInput(
            "quantity_all_zero",
            "An order needs at least one unit.",
            field="quantities",
            next_step="Give a quantity above zero.",
        )
    first = next(quantities[row.id] for row in offered if row.id in quantities)
    return [
        (row, quantities.get(row.id, first))
        for row in offered
        if row.id in quantities or row.is_measured
    ]
