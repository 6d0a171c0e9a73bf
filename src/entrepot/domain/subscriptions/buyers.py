"""What subscriptions repeat of their buyer, kept equal when the buyer changes."""

from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.subscriptions.rules import search_text
from entrepot.kernel.ids import IdKind

_AT_ONCE = 500


def rename_buyer(*, customer_id: int, name: str) -> int:
    """Store a customer's new name in its subscriptions and in what their search matches; return how many changed.

    Documents keep the name of their day.
    """
    rows = Subscription.objects.filter(customer_id=customer_id).exclude(customer_name=name)
    changed = list(rows.select_for_update().order_by("id"))
    for row in changed:
        row.customer_name = name
        row.search_text = search_text(
            customer=name,
            plan=row.plan_name,
            number=f"{IdKind.SUBSCRIPTION.value}-{row.id}",
            vendor_reference=row.vendor_reference,
            purchase_order=row.purchase_order,
        )
    Subscription.objects.bulk_update(changed, ["customer_name", "search_text"], batch_size=_AT_ONCE)
    return len(changed)


def mark_as_own(*, customer_id: int) -> int:
    """Have the subscriptions of a customer that became a reseller count as its own use; return how many changed."""
    rows = Subscription.objects.filter(customer_id=customer_id, is_own=False)
    return rows.update(is_own=True)
