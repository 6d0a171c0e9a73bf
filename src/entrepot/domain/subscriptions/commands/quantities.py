"""What a quantity may be."""

from decimal import Decimal

from entrepot.domain.subscriptions.errors import SubscriptionInput

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
