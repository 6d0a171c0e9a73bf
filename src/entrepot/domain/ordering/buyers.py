"""What orders repeat of their buyer, kept equal when the buyer changes."""

from entrepot.domain.ordering.models import Order


def rename_buyer(*, customer_id: int, name: str) -> int:
    """Store a customer's new name in its orders, which are searched by it; return how many changed."""
    rows = Order.objects.filter(customer_id=customer_id).exclude(customer_name=name)
    return rows.update(customer_name=name)


def mark_as_own(*, customer_id: int) -> int:
    """Have the orders of a customer that became a reseller count as its own; return how many changed."""
    return Order.objects.filter(customer_id=customer_id, is_own=False).update(is_own=True)


def open_order_number(*, customer_id: int) -> str:
    """Return the number of the oldest order of an account that is not closed, empty when there is none."""
    rows = Order.objects.filter(customer_id=customer_id, closed_at=None).order_by("id")
    return rows.values_list("number_text", flat=True).first() or ""
