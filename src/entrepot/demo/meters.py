"""What measured resources counted yesterday: gigabytes that a backup transferred."""

from datetime import timedelta
from decimal import Decimal

from entrepot.demo.cast import dice
from entrepot.demo.stage import Stage
from entrepot.domain.subscriptions.commands.usage_notices import give_usage_notices
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import SubscriptionItem
from entrepot.domain.usage.models import MeteredUsage

# A unit includes 1,000 GB a month; most customers stay below, some above, by their own habit.
_DAYS = 30
_COBALT_BACKUP, _COBALT_HABIT = "VND-204388", 1.07


def read_meters(stage: Stage) -> int:
    """Write yesterday's measured units of every running subscription, tell of shares reached; return how many."""
    yesterday = stage.today - timedelta(days=1)
    items = SubscriptionItem.objects.filter(
        is_measured=True,
        subscription__status=Status.ACTIVE,
        subscription__started_on__lte=yesterday,
    )
    facts = ("id", "tenant_id", "quantity", "included", "subscription__vendor_reference")
    rows = []
    for number, tenant, quantity, included, reference in items.order_by("id").values_list(*facts):
        habit = _habit(reference)
        part = dice("meter", reference, yesterday).uniform(0.7, 1.3) * habit / _DAYS
        used = (quantity * included * Decimal(f"{part:.6f}")).quantize(Decimal("0.01"))
        rows.append(MeteredUsage(tenant_id=tenant, item_id=number, on_day=yesterday, quantity=used))
    MeteredUsage.objects.bulk_create(rows)
    measured = set(items.values_list("subscription_id", flat=True))
    give_usage_notices(subscription_ids=measured, on_day=stage.today, now=stage.now)
    return len(rows)


def _habit(reference: str) -> float:
    """Tell how much of what is included a subscription tends to use; that of the pictures is above it."""
    if reference == _COBALT_BACKUP:
        return _COBALT_HABIT
    return dice("habit", reference).uniform(0.55, 1.15)
