"""A billed world in which every kind of object exists, and one person of each panel at work in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from entrepot.config.messages import compile_all
from entrepot.domain.billing.models import Invoice
from entrepot.domain.catalog.models import (
    Plan,
    PlanPeriod,
    PriceListImport,
    Resource,
    SalesCategory,
    Service,
)
from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order, OrderEvent
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.usage.models import UsageImport, UsageImportState
from entrepot.flows import wiring
from entrepot.infra.tasks.models import Job
from entrepot.kernel.clock import FixedClock
from entrepot.web.access.menu import has_address
from entrepot.web.middleware import ViewerMiddleware
from tests.web.home.world import (
    DAY,
    NOW,
    PROVIDER,
    RESELLER,
    a_customer,
    billed_world,
    browser_of,
    viewer_of,
)


@pytest.fixture(scope="session", autouse=True)
def connected() -> None:
    """Have the translations compiled, the menu complete and the tasks known."""
    compile_all()
    wiring.connect()
    has_address.cache_clear()


@pytest.fixture(autouse=True)
def own_places(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep files and counters to this test; let requests come on the day after the billed one."""
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    settings.STATIC_ROOT = tmp_path
    settings.DATA = tmp_path / "data"
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "odd"}}


@dataclass(frozen=True)
class OddWorld:
    """The numbers that addresses may carry, by the first word of the address that they belong to."""

    numbers: dict[str, int]
    day: date

    def browser(self, panel: str) -> Client:
        """Return a browser of an administrator of the panel."""
        account = {
            "provider": PROVIDER,
            "reseller": RESELLER,
            "customer": a_customer(RESELLER),
        }[panel]
        client = browser_of(viewer_of(account, now=NOW))
        client.raise_request_exception = False
        return client


@pytest.fixture
def world(db: None) -> OddWorld:
    """Forty billed subscriptions, a price list, a usage import whose lines are lost, and a job."""
    billed_world(subscriptions=40)
    customer = a_customer(RESELLER)
    facts: dict[str, Any] = {"imported_at": NOW, "imported_by": "setup"}
    prices = PriceListImport.objects.order_by("-id").first()
    usage = UsageImport.objects.create(
        file_name="may.csv",
        state=UsageImportState.APPLIED,
        parquet_path="usage/lost/2026-05/import-1.parquet",
        **facts,
    )
    job = Job.objects.create(task="bill", label="Bill", account_id=PROVIDER, created_at=NOW)
    numbers = {
        "resellers": RESELLER,
        "customers": customer,
        "accounts": customer,
        "users": viewer_of(customer, now=NOW).user_id,
        "credit": BillingAccount.objects.order_by("id").values_list("id", flat=True)[0],
        "subscriptions": Subscription.objects.filter(customer_id=customer)
        .order_by("id")
        .values_list("id", flat=True)[0],
        "invoices": Invoice.objects.order_by("id").values_list("id", flat=True)[0],
        "usage-imports": usage.id,
        "price-lists": prices.id if prices else 1,
        "jobs": job.id,
        "orders": _order(customer),
        "marketplace": Plan.objects.order_by("id")[0].id,
        "services": Service.objects.order_by("id")[0].id,
        "resources": Resource.objects.order_by("id")[0].id,
        "periods": PlanPeriod.objects.order_by("id")[0].id,
        "plans": Plan.objects.order_by("id")[0].id,
        "categories": SalesCategory.objects.order_by("id")[0].id,
    }
    return OddWorld(numbers, DAY)


def _order(customer: int) -> int:
    """Store an order of a subscription that the customer has; it failed at a vendor."""
    wide = Subscription.objects.filter(customer_id=customer).order_by("id")[0]
    order = Order.objects.create(
        tenant_id=wide.tenant_id,
        request_key="odd",
        place=0,
        kind=OrderKind.SALES,
        number=1,
        number_text="SO000001",
        code=Code.PROVISIONING_FAILED,
        customer_id=customer,
        customer_path=wide.customer_path,
        customer_name=wide.customer_name,
        seller_id=wide.seller_id,
        billing_account_id=BillingAccount.objects.get(buyer_id=customer).id,
        plan_name=wide.plan_name,
        subscription_id=wide.id,
        currency="EUR",
        first_amount=10,
        period_amount=10,
        parameters={"domain": "a.example"},
        placed_at=NOW,
        placed_by="setup",
    )
    OrderEvent.objects.create(
        tenant_id=wide.tenant_id, order_id=order.id, at=NOW, to_code=order.code, actor_name="setup"
    )
    return order.id


@pytest.fixture
def odd(world: OddWorld) -> Callable[[str], Client]:
    """Open a browser in a panel; an error of the program is an answer with 500 there."""
    return world.browser
