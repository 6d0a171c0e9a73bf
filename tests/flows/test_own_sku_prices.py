"""Sellers' own prices of SKUs: what usage costs on their tier, and what changes in months that are stored or billed."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.models import Plan
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.resale.commands import Band, set_exchange_rate, set_margin_rule
from entrepot.domain.resale.models import MarginBasis, SkuPrice
from entrepot.domain.subscriptions.commands import cancel_subscription
from entrepot.domain.subscriptions.models import SubBilling
from entrepot.domain.usage.models import UsageImport, UsageTotal
from entrepot.domain.usage.totals import StoreSettings
from entrepot.flows.bill import bill
from entrepot.flows.usage_import import link_sub_account, load_usage, set_own_sku_price
from entrepot.flows.verify import verify
from tests.domain.resale.shop import EPOCH, Shop, shop
from tests.domain.usage.support import line, write_file
from tests.support.people import NOW, SETUP

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "focus-1.0-sample-1000.csv"
APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
JUNE_2, JUNE_10 = date(2026, 6, 2), date(2026, 6, 10)
MADE = {"actor": SETUP, "now": NOW}
# 150 hours in May for 100 dollars. A dollar is 0.80 euro: 80 x 1.1 = 88 by Harbor, 88 x 1.2 = 105.60 by Ria,
# the same by Sven.
USED = line(BilledCost="100", PricingQuantity="150")


@dataclass(frozen=True)
class World:
    """A pay-as-you-go subscription of Cleo's since May, and the folder of its files."""

    store: Shop
    number: int
    folder: Path

    @property
    def settings(self) -> StoreSettings:
        return StoreSettings(data_dir=self.folder / "data", memory_limit_mb=64)

    def load(self, *lines: dict[str, str], on: date = JUNE_2, name: str = "may.csv") -> int:
        return self.load_file(write_file(self.folder / name, lines), on=on)

    def load_file(self, path: Path, *, on: date = JUNE_2) -> int:
        return load_usage(path=path, store=self.settings, business_date=on, **MADE).due

    def link(self, *, provider: str = "Stratus", account: str = "cleo") -> int:
        return link_sub_account(
            provider_name=provider,
            sub_account_id=account,
            subscription_id=self.number,
            store=self.settings,
            business_date=JUNE_2,
            **MADE,
        )

    def price(
        self,
        *bands: tuple[str, str],
        seller: int = 0,
        month: date = MAY,
        on: date = JUNE_2,
        **facts: Any,
    ) -> int:
        """Set Ria's price of an hour of VM-1, if nothing else is said; give the changed totals."""
        goods = {"provider_name": "Stratus", "sku_id": "VM-1", "pricing_unit": "Hours"}
        return set_own_sku_price(
            seller_id=seller or self.store.people.ria.account_id,
            bands=[Band(Decimal(limit), Decimal(price)) for limit, price in bands],
            valid_from=month,
            store=self.settings,
            business_date=on,
            **{**goods, "currency": "EUR", **MADE, **facts},
        )


@pytest.fixture
def world(transactional_db, tmp_path) -> World:
    store = shop()
    Plan.objects.filter(pk=store.plan).update(is_usage=True)
    for seller, ppm in ((store.people.ria, 200_000), (store.people.sven, 0)):
        set_margin_rule(
            seller_id=seller.account_id,
            basis=MarginBasis.COST,
            percent_ppm=ppm,
            valid_from=date(2026, 2, 1),
            **MADE,
        )
    set_exchange_rate(
        from_currency="USD",
        to_currency="EUR",
        rate=Decimal("0.8"),
        on_date=EPOCH,
        source="ECB",
        **MADE,
    )
    number = store.subscribe("0", MAY)
    bill_until(MAY)
    return World(store, number, tmp_path)


def bill_until(day: date) -> None:
    done = bill(now=NOW, today=day, actor_name="test", until=day)
    assert sum(one.findings for one in done.days) == 0
    assert verify(checks=["usage"]).checks[0].findings == ()


def charges(tier: int) -> list[str]:
    found = Charge.objects.filter(kind="usage", tier=tier).order_by("id")
    return [f"{charge.net:.2f}" for charge in found]


def test_two_bands_price_the_usage_of_their_own_tier_only(world):
    world.price(("0", "0.5"), ("100", "0.4"))
    world.load(USED)
    world.link()

    bill_until(JUNE_2)

    # Ria: 100 hours x 0.50 + 50 hours x 0.40 = 70.00. The others keep cost plus margins.
    assert (charges(1), charges(2), charges(3)) == (["88.00"], ["70.00"], ["105.60"])


def test_a_price_that_is_set_after_the_invoice_bills_the_difference(world):
    world.load(USED)
    world.link()
    bill_until(JUNE_10)
    assert charges(2) == ["105.60"]
    assert SubBilling.objects.get(pk=world.number).due_on == date(2026, 7, 1)

    changed = world.price(("0", "0.5"), ("100", "0.4"), on=date(2026, 6, 11))

    assert changed == 1
    assert SubBilling.objects.get(pk=world.number).due_on == date(2026, 6, 11)
    bill_until(date(2026, 6, 11))
    # 70.00 - 105.60 = -35.60; nothing on the other tiers.
    assert (charges(1), charges(2), charges(3)) == (["88.00"], ["105.60", "-35.60"], ["105.60"])
    assert SubBilling.objects.get(pk=world.number).due_on == date(2026, 7, 1)


def test_a_proof_between_the_price_and_the_next_run_finds_nothing_forgotten(world):
    bill_until(JUNE)
    later = NOW + timedelta(days=1)
    world.load(USED)
    world.link()
    # The runs above began at NOW, before the import.
    UsageImport.objects.update(imported_at=NOW + timedelta(minutes=1))
    bill(now=later, today=JUNE_2, actor_name="test", until=JUNE_2)

    world.price(("0", "0.5"), now=later + timedelta(hours=1), on=date(2026, 6, 3))

    (proof,) = verify(checks=["usage"]).checks
    assert proof.findings == ()
    assert proof.figures["waiting: waits for the next event"] == "1"
    assert UsageTotal.objects.filter(billed_on=None).count() == 1


def test_a_newer_file_is_rated_by_the_price_and_bills_only_what_it_adds(world):
    world.price(("0", "0.5"), ("100", "0.4"))
    world.load(USED)
    world.link()
    bill_until(JUNE_2)

    world.load(
        line(BilledCost="100", PricingQuantity="160"), on=date(2026, 6, 3), name="corrected.csv"
    )
    bill_until(date(2026, 6, 3))

    # 10 hours more, all above 100: 4.00. The cost is the same, so the others pay nothing more.
    assert (charges(1), charges(2), charges(3)) == (["88.00"], ["70.00", "4.00"], ["105.60"])


def test_the_same_price_again_changes_no_total(world):
    world.load(USED)
    world.link()

    assert world.price(("0", "0.5")) == 1
    assert world.price(("0", "0.5")) == 0

    assert SkuPrice.objects.count() == 1
    # Not billed yet, so the change joins the total: 150 x 0.50 = 75.
    total = UsageTotal.objects.get(tier=2)
    assert (total.amount_before, total.amount_after) == (Decimal(0), Decimal(75))


def test_a_withdrawn_price_gives_its_months_back_to_cost_plus_margins(world):
    world.price(("0", "0.5"), month=APRIL)
    world.load(USED)
    world.link()
    assert UsageTotal.objects.get(tier=2).amount_after == Decimal(75)

    assert world.price(month=MAY) == 1
    bill_until(JUNE_2)

    assert charges(2) == ["105.60"]


@pytest.mark.parametrize(
    "other",
    [
        {"month": JUNE},
        {"currency": "USD"},
        {"pricing_unit": "GB"},
        {"sku_id": "VM-2"},
        {"provider_name": "Cumulus"},
    ],
)
def test_a_price_of_other_months_currencies_or_goods_changes_no_total(world, other):
    world.load(USED)
    world.link()

    assert world.price(("0", "0.5"), **other) == 0
    assert UsageTotal.objects.get(tier=2).amount_after == Decimal("105.6")


def test_every_seller_has_the_own_price_on_the_own_tier(world):
    people = world.store.people
    world.load(USED)
    world.link()

    world.price(("0", "0.1"), seller=people.harbor.account_id)
    world.price(("0", "0.2"), seller=people.sven.account_id)
    world.price(("0", "0.3"), seller=people.rex.account_id)
    bill_until(JUNE_2)

    # 150 x 0.10 and 150 x 0.20; Ria's factor is on the vendor's cost; Rex sells nothing here.
    assert (charges(1), charges(2), charges(3)) == (["15.00"], ["105.60"], ["30.00"])


def test_late_usage_of_a_cancelled_subscription_is_charged_by_the_next_run(world):
    world.price(("0", "0.5"), ("100", "0.4"))
    world.load(line(BilledCost="10", PricingQuantity="10"))
    world.link()
    cancel_subscription(
        subscription_id=world.number,
        cancel_on=date(2026, 5, 20),
        reason="moved",
        today=date(2026, 5, 20),
        **MADE,
    )
    bill_until(JUNE_10)
    assert charges(2) == ["5.00"]
    assert SubBilling.objects.get(pk=world.number).due_on is None

    due = world.load(USED, on=date(2026, 6, 11), name="late.csv")

    assert due == 1
    bill_until(date(2026, 6, 11))
    # 70.00 of 150 hours without the 5.00 that are billed.
    assert charges(2) == ["5.00", "65.00"]
    assert SubBilling.objects.get(pk=world.number).due_on is None


def test_a_price_of_an_unknown_seller_changes_nothing(world):
    world.load(USED)
    world.link()

    with pytest.raises(NoSuchObject):
        world.price(("0", "0.5"), seller=999_999)

    assert not SkuPrice.objects.exists()


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the FOCUS sample is not in ../shared/data")
def test_a_sku_that_the_vendor_gives_away_can_have_a_price_in_the_published_sample(world):
    text = SAMPLE.read_text(encoding="utf-8")
    # The sample is of September 2024: 20 months later the shop is open.
    for old, new in (("2024-09", "2026-05"), ("2024-10", "2026-06"), ("2024-11", "2026-07")):
        text = text.replace(old, new)
    path = world.folder / "sample.csv"
    path.write_text(text, encoding="utf-8")
    goods = {"provider_name": "AWS", "sku_id": "9MG5B7V4UUU2WPAV", "pricing_unit": "GB"}
    world.load_file(path)
    world.link(provider="AWS", account="11353890204")
    before = UsageTotal.objects.get(sku=goods["sku_id"], tier=2)
    assert (before.lines, before.quantity, before.cost) == (52, Decimal("56.4551116776"), 0)

    assert world.price(("0", "0.09"), ("50", "0.05"), **goods) == 1
    bill_until(JUNE_2)

    # 50 x 0.09 + 6.4551116776 x 0.05 = 4.5 + 0.32275558388 = 4.82275558388 -> 4.82.
    total = UsageTotal.objects.get(sku=goods["sku_id"], tier=2)
    assert total.amount_after == Decimal("4.82275558388")
    charge = Charge.objects.get(kind="usage", cause_id=total.id)
    assert (charge.tier, charge.net) == (2, Decimal("4.82"))
    free = UsageTotal.objects.filter(sku=goods["sku_id"], tier__in=[1, 3]).values("id")
    assert not Charge.objects.filter(kind="usage", cause_id__in=free).exists()
