"""Price lists in the database: everything, nothing, only what changed, and all or nothing."""

import io
import threading
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction

from entrepot.domain.billing.models import BillingRun
from entrepot.domain.catalog.kinds import ImportState
from entrepot.domain.catalog.models import (
    CatalogPrice,
    Plan,
    PlanPeriod,
    PlanResource,
    PriceListImport,
    Resource,
    Service,
    Vendor,
)
from entrepot.domain.catalog.pricelist.reader import read_price_list
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.tax.models import TaxCategory
from entrepot.flows import price_import
from entrepot.flows.price_import import (
    PriceImportRefused,
    apply_price_list,
    business_date,
    preview_price_list,
)
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.audit.recorder import Actor
from tests.domain.catalog.pricelist.files import JANUARY, JULY, csv_file, line, read
from tests.flows.price_world import open_customer, subscribe

NOW = datetime(2026, 6, 20, 9, 0, tzinfo=UTC)
TODAY = date(2026, 6, 20)
JULY_1 = date(2026, 7, 1)
OLGA = Actor(user_id=4, name="Olga Operator")
BASIC = "CFQ7TTC0LH18"
TABLES = (Vendor, Service, Resource, Plan, PlanResource, PlanPeriod, CatalogPrice, PriceListImport)


def apply(parsed, **more):
    return apply_price_list(parsed=parsed, actor=OLGA, now=NOW, today=TODAY, **more)


def everything() -> list[list[tuple]]:
    """All rows of all tables that an import may write, and of the audit trail."""
    return [list(model.objects.order_by("id").values_list()) for model in (*TABLES, AuditEntry)]


@pytest.fixture
def january(db):
    return apply(read_price_list(JANUARY))


def test_january_becomes_plans_periods_and_prices(january):
    # 43 products with one SKU each; 43 x 3 + 17 = 146 periods, each with a price in two markets.
    assert [model.objects.count() for model in TABLES] == [1, 43, 43, 43, 43, 146, 292, 1]
    assert Vendor.objects.get().code == "microsoft-corporation"
    plan = Plan.objects.get(product_code=BASIC)
    assert (plan.name, plan.sku_code, plan.segment) == (
        "Microsoft 365 Business Basic",
        "0001",
        "Commercial",
    )
    assert Resource.objects.get(code=f"{BASIC}:0001").unit == {"en": "License", "de": "Lizenz"}
    assert plan.tax_category_id == TaxCategory.objects.get(code="standard").pk


def test_a_yearly_price_billed_monthly_is_stored_as_a_twelfth(january):
    prices = {
        (price.plan_period.term_months, price.plan_period.billing_months): price
        for price in CatalogPrice.objects.select_related("plan_period").filter(
            plan_period__plan__product_code=BASIC, market="DE"
        )
    }

    # 56.25 / 12 = 4.6875; 70.31 / 12 = 5.859166666666|66...
    monthly = prices[12, 1]
    assert (monthly.listed_cost, monthly.listed_retail) == (Decimal("56.25"), Decimal("70.31"))
    assert monthly.unit_cost == Decimal("4.6875")
    assert monthly.retail_price == Decimal("5.859166666667")
    # For three years billed annually the price is that of one year.
    assert prices[36, 12].unit_cost == prices[36, 12].listed_cost == Decimal("53.57")
    assert {price.currency for price in prices.values()} == {"EUR"}


def test_the_import_is_kept_with_its_counts_and_audited(january):
    kept = PriceListImport.objects.get()

    assert kept.pk == january.import_id
    assert (kept.file_name, kept.state) == ("nce-price-list-2026-01.csv", ImportState.APPLIED)
    assert (kept.rows, kept.rejected, kept.changed_prices) == (292, 0, 0)
    assert (kept.created_plans, kept.created_periods, kept.created_prices) == (43, 146, 292)
    assert (kept.effective_on, kept.imported_at) == (date(2026, 1, 1), NOW)
    assert kept.imported_by == "Olga Operator"
    assert set(CatalogPrice.objects.values_list("price_list_id", flat=True)) == {kept.pk}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_id, entry.actor_id) == ("price_list_applied", kept.pk, 4)
    assert entry.after["created_prices"] == 292


def test_the_same_list_again_changes_nothing(january):
    before = everything()

    outcome = apply(read_price_list(JANUARY))

    assert (outcome.import_id, outcome.state) == (None, None)
    assert outcome.preview.diff.unchanged == 292
    assert everything() == before


def test_july_adds_32_prices_and_ends_32_on_its_first_day(january):
    outcome = apply(read_price_list(JULY))

    assert CatalogPrice.objects.count() == 292 + 32
    assert CatalogPrice.objects.filter(valid_from=JULY_1, valid_to=None).count() == 32
    assert CatalogPrice.objects.filter(valid_from=date(2026, 1, 1), valid_to=JULY_1).count() == 32
    assert Plan.objects.count() == 43
    kept = PriceListImport.objects.get(pk=outcome.import_id)
    assert (kept.created_prices, kept.changed_prices, kept.created_plans) == (32, 32, 0)
    names = Counter(change["plan"] for change in kept.report["changed"])
    assert names == {
        "Microsoft 365 Business Basic": 8,
        "Microsoft 365 E3": 8,
        "Microsoft 365 E5": 8,
        "Office 365 E3": 8,
    }


def test_until_july_the_old_price_holds(january):
    apply(read_price_list(JULY))

    def cost(day: date) -> Decimal:
        return (
            CatalogPrice.objects.filter(
                plan_period__plan__product_code=BASIC,
                plan_period__term_months=1,
                market="US",
                valid_from__lte=day,
            )
            .exclude(valid_to__lte=day)
            .get()
            .unit_cost
        )

    assert (cost(date(2026, 6, 30)), cost(JULY_1)) == (Decimal("5.76"), Decimal("6.22"))


def test_both_lists_again_in_any_order_change_nothing(january):
    apply(read_price_list(JULY))
    before = everything()

    for path in (JULY, JANUARY, JULY):
        assert apply(read_price_list(path)).import_id is None

    assert everything() == before


def test_july_before_january_ends_in_the_same_prices(db):
    apply(read_price_list(JULY))
    apply(read_price_list(JANUARY))

    spans = CatalogPrice.objects.values_list("valid_from", "valid_to")
    # An unchanged price is two rows here: July stands already, January fills the time before.
    assert Counter(spans) == {(JULY_1, None): 292, (date(2026, 1, 1), JULY_1): 292}


def test_a_preview_writes_nothing(january):
    before = everything()

    preview = preview_price_list(parsed=read_price_list(JULY), today=TODAY)

    assert len(preview.diff.changed) == 32
    assert preview.starts == (JULY_1,)
    assert everything() == before


def test_a_changed_price_tells_whom_it_touches(january):
    customer, chain = open_customer(market="DE", name="Cleo")
    for quantity, status in ((10, Status.ACTIVE), (5, Status.TRIAL), (7, Status.GRACED)):
        subscribe(
            customer=customer,
            chain=chain,
            product=BASIC,
            months=(12, 1),
            quantity=quantity,
            status=status,
        )
    # Not touched: ended, ending, another period, another market, a product that stays the same.
    subscribe(
        customer=customer,
        chain=chain,
        product=BASIC,
        months=(12, 1),
        quantity=100,
        status=Status.CANCELLED,
    )
    subscribe(
        customer=customer,
        chain=chain,
        product=BASIC,
        months=(12, 1),
        quantity=100,
        cancel_on=date(2026, 8, 1),
    )
    subscribe(customer=customer, chain=chain, product=BASIC, months=(1, 1), quantity=3)
    carl, american = open_customer(market="US", name="Carl")
    subscribe(customer=carl, chain=american, product=BASIC, months=(12, 1), quantity=1)
    subscribe(customer=carl, chain=american, product="CFQ7TTC0LDPB", months=(12, 1), quantity=9)

    preview = preview_price_list(parsed=read_price_list(JULY), today=TODAY)

    found = {
        (key.term_months, key.billing_months, key.market): (
            impact.subscriptions,
            impact.quantity,
            str(impact.monthly_before),
            str(impact.monthly_after),
        )
        for key, impact in preview.impacts.items()
    }
    assert found == {
        # 22 x 70.31 / 12 = 128.9016...; 22 x 75.98 / 12 = 139.2966...
        (12, 1, "DE"): (3, 22, "128.90 EUR", "139.30 EUR"),
        # 3 x 6.70; 3 x 7.24
        (1, 1, "DE"): (1, 3, "20.10 EUR", "21.72 EUR"),
        # 75.60 / 12; 81.65 / 12 = 6.8041...
        (12, 1, "US"): (1, 1, "6.30 USD", "6.80 USD"),
    }


def test_whom_july_touches_is_asked_in_one_statement(january, django_assert_num_queries):
    # Periods, prices, subscriptions.
    with django_assert_num_queries(3):
        preview_price_list(parsed=read_price_list(JULY), today=TODAY)


def faulty() -> bytes:
    """Three right rows and two wrong ones."""
    return csv_file(
        line(),
        line(UnitPrice="-1"),
        line(Market="DE", Currency="EUR"),
        line(SkuId="0002", EffectiveStartDate="2026-02-30"),
        line(TermDuration="P1M"),
    )


def test_of_a_faulty_list_nothing_is_applied(db):
    with pytest.raises(PriceImportRefused) as caught:
        apply(read(faulty()))

    assert caught.value.code == "price_import_wrong_rows"
    assert caught.value.text() == (
        "list.csv: 2 of 5 rows are wrong, and nothing was applied. "
        "Correct the file, or apply the other rows and leave these out (--skip-bad)."
    )
    assert caught.value.preview is not None
    assert [error.line for error in caught.value.preview.parsed.errors] == [3, 5]
    assert [model.objects.count() for model in TABLES] == [0, 0, 0, 0, 0, 0, 0, 1]


def test_a_refused_list_is_kept_with_its_errors(db):
    with pytest.raises(PriceImportRefused):
        apply(read(faulty()))

    kept = PriceListImport.objects.get()
    assert (kept.state, kept.rows, kept.rejected) == (ImportState.REFUSED, 5, 2)
    assert (kept.created_plans, kept.created_prices) == (0, 0)
    assert [error["line"] for error in kept.report["errors"]] == [3, 5]
    assert AuditEntry.objects.get().action == "price_list_refused"


def test_the_right_rows_of_a_faulty_list_are_applied_on_demand(db):
    outcome = apply(read(faulty()), skip_bad=True)

    assert outcome.state is ImportState.APPLIED_WITH_REJECTS
    assert CatalogPrice.objects.count() == 3
    assert Plan.objects.get().sku_code == "0001"
    before = everything()
    assert apply(read(faulty()), skip_bad=True).import_id is None
    assert everything() == before


def test_a_price_in_force_is_not_replaced_for_its_own_first_day(db):
    apply(read(csv_file(line())))

    with pytest.raises(PriceImportRefused) as caught:
        apply(read(csv_file(line(UnitPrice="61.00"))))

    assert caught.value.preview is not None
    (error,) = caught.value.preview.parsed.errors
    assert (error.line, error.column, error.code) == (2, "UnitPrice", "price_in_force")
    assert error.reason == (
        "The catalogue has another price from 2026-01-01 on, 60.48 and 75.6, which is in force. "
        "Give the corrected price a later first day."
    )
    assert CatalogPrice.objects.get().listed_cost == Decimal("60.48")


def test_a_scheduled_price_is_corrected_in_place(db):
    apply(read(csv_file(line())))
    apply(read(csv_file(line(UnitPrice="65.00", EffectiveStartDate="2026-07-01"))))

    outcome = apply(read(csv_file(line(UnitPrice="66.00", EffectiveStartDate="2026-07-01"))))

    assert outcome.state is ImportState.APPLIED
    assert list(
        CatalogPrice.objects.order_by("valid_from").values_list(
            "listed_cost", "valid_from", "valid_to"
        )
    ) == [
        (Decimal("60.48"), date(2026, 1, 1), JULY_1),
        (Decimal("66.00"), JULY_1, None),
    ]


def test_a_price_between_two_others_ends_where_the_next_one_starts(db):
    apply(read(csv_file(line())))
    apply(read(csv_file(line(UnitPrice="70.00", EffectiveStartDate="2026-07-01"))))
    apply(read(csv_file(line(UnitPrice="65.00", EffectiveStartDate="2026-05-01"))))

    assert list(
        CatalogPrice.objects.order_by("valid_from").values_list("listed_cost", "valid_to")
    ) == [
        (Decimal("60.48"), date(2026, 5, 1)),
        (Decimal("65.00"), JULY_1),
        (Decimal("70.00"), None),
    ]


def test_a_price_that_the_list_ends_is_closed(db):
    apply(read(csv_file(line())))

    apply(read(csv_file(line(EffectiveEndDate="2026-08-31"))))

    assert CatalogPrice.objects.get().valid_to == date(2026, 9, 1)


def test_a_market_keeps_its_currency(db):
    apply(read(csv_file(line())))

    outcome = apply(read(csv_file(line(Currency="EUR"), line(TermDuration="P1M"))), skip_bad=True)

    (error,) = outcome.preview.parsed.errors
    assert (error.line, error.code) == (2, "price_market_currency")
    assert error.reason.startswith("Market US has prices in USD, and this row is in EUR.")
    assert CatalogPrice.objects.filter(currency="EUR").count() == 0


def test_a_price_for_a_quantity_range_is_rejected(db):
    outcome = apply(
        read(csv_file(line(), line(PricingTierRangeMin="100", UnitPrice="50.00"))), skip_bad=True
    )

    (error,) = outcome.preview.parsed.errors
    assert (error.line, error.code) == (3, "price_range_unsupported")
    assert CatalogPrice.objects.count() == 1


def without_basic():
    """Read July's list without one of its products."""
    kept = [row for row in read_price_list(JULY).rows if row.product_id != BASIC]
    fewer = "\r\n".join(",".join(f'"{cell}"' for cell in row.raw) for row in kept)
    content = JULY.read_bytes().split(b"\r\n", 1)[0] + b"\r\n" + fewer.encode()
    return read_price_list(io.BytesIO(content), name="fewer.csv")


def test_a_list_does_not_miss_what_another_vendor_makes(january):
    other = Vendor.objects.create(code="other", name="Other")
    plans = Plan.objects.filter(product_code=BASIC)
    Service.objects.filter(pk__in=plans.values("service_id")).update(vendor=other)

    assert apply(without_basic()).preview.diff.withdrawn == ()


def test_a_withdrawn_price_is_reported_and_left_alone(january):
    outcome = apply(without_basic())

    assert {price.title for price in outcome.preview.diff.withdrawn} == {
        "Microsoft 365 Business Basic"
    }
    report = PriceListImport.objects.get(pk=outcome.import_id).report
    assert len(report["withdrawn"]) == 8
    assert (
        CatalogPrice.objects.filter(plan_period__plan__product_code=BASIC, valid_to=None).count()
        == 8
    )


def test_formulas_and_foreign_scripts_are_stored_as_text(db):
    title = '=HYPERLINK("http://x.test";"Größe 漢字")'

    apply(read(csv_file(line(SkuTitle=title, SkuDescription="@SUM(A1)\ttab\\N", Publisher="+1"))))

    plan = Plan.objects.select_related("service__vendor").get()
    assert (plan.name, plan.description) == (title, {"en": "@SUM(A1)\ttab\\N"})
    assert plan.service.vendor.name == "+1"


def test_an_existing_plan_keeps_its_name(january):
    Plan.objects.filter(product_code=BASIC).update(name="Basic, our name")

    apply(read_price_list(JULY))

    assert Plan.objects.get(product_code=BASIC).name == "Basic, our name"


def test_new_plans_take_the_tax_category_that_is_named(db):
    TaxCategory.objects.create(code="goods", name="Goods")
    software = TaxCategory.objects.create(code="software", name="Software")

    with pytest.raises(PriceImportRefused) as caught:
        apply(read(csv_file(line())))
    assert caught.value.text() == (
        "There is no tax category standard for the new plans; there are: goods, software. "
        "Name one of them (--tax-category)."
    )
    assert PriceListImport.objects.count() == 0

    apply(read(csv_file(line())), tax_category_code="software")
    assert Plan.objects.get().tax_category_id == software.pk


def test_the_only_tax_category_is_taken_without_asking(db):
    only = TaxCategory.objects.create(code="cloud", name="Cloud")

    apply(read(csv_file(line())))

    assert Plan.objects.get().tax_category_id == only.pk


def test_an_import_that_breaks_in_the_middle_leaves_nothing(db, monkeypatch):
    def break_down(**_: object) -> int:
        raise ConnectionError("gone")

    monkeypatch.setattr(price_import, "write_changes", break_down)

    with pytest.raises(ConnectionError), transaction.atomic():
        apply(read_price_list(JANUARY))

    assert everything() == [[] for _ in range(len(TABLES) + 1)]


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_one():
    outcomes = []

    def work() -> None:
        try:
            outcomes.append(apply(read_price_list(JANUARY)).state)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes, key=str) == [None, ImportState.APPLIED]
    assert CatalogPrice.objects.count() == 292
    assert PriceListImport.objects.count() == 1


def test_the_business_date_follows_the_last_completed_day(db):
    assert business_date(today=TODAY) == TODAY

    for day, step in ((date(2026, 6, 29), "done"), (date(2026, 6, 30), "done"), (JULY_1, "rate")):
        BillingRun.objects.create(day=day, first_day=day, step=step, chunk_size=1, started_at=NOW)

    assert business_date(today=TODAY) == JULY_1
