"""What is written in the vendor's format is read back the same."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.domain.catalog.pricelist.basis import basis_months, charge_unit_price
from tests.domain.catalog.pricelist.files import csv_file, line, read

_UNSEEN = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
texts = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=_UNSEEN), max_size=60
)
names = texts.filter(lambda text: bool(text.strip()))
prices = st.decimals(min_value=0, max_value=10**9, places=12)
days = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 30))
periods = st.sampled_from(
    [("P1M", 1, "Monthly", 1), ("P1Y", 12, "Monthly", 1), ("P3Y", 36, "Annual", 12)]
)


@settings(max_examples=150, deadline=None)
@given(
    title=names,
    description=texts,
    cost=prices,
    retail=prices,
    start=days,
    length=st.one_of(st.none(), st.integers(min_value=1, max_value=300)),
    period=periods,
    low=st.one_of(st.none(), st.integers(min_value=0, max_value=10**9 - 1)),
)
def test_a_written_row_is_read_back(title, description, cost, retail, start, length, period, low):
    term, term_months, billing, billing_months = period
    end = None if length is None else min(start + timedelta(days=length), date(2101, 1, 1))
    last = "9999-12-31" if end is None else (end - timedelta(days=1)).isoformat()
    content = csv_file(
        line(
            SkuTitle=title,
            SkuDescription=description,
            UnitPrice=f"{cost:f}",
            ERP_Price=f"{retail:f}",
            EffectiveStartDate=f"{start.isoformat()}T00:00:00.0000000Z",
            EffectiveEndDate=f"{last}T23:59:59.9999999Z",
            TermDuration=term,
            BillingPlan=billing,
            PricingTierRangeMin="" if low is None else str(low),
        )
    )

    parsed = read(content)

    assert parsed.errors == ()
    (row,) = parsed.rows
    assert (row.sku_title, row.description) == (title, description)
    assert (row.unit_cost, row.retail_price) == (cost, retail)
    assert (row.valid_from, row.valid_to) == (start, end)
    assert (row.term_months, row.billing_months) == (term_months, billing_months)
    assert row.range_min == low


@given(price=prices, period=periods)
def test_the_charges_of_one_basis_add_up_to_the_listed_price(price, period):
    _, term, _, billing = period
    charges = basis_months(term_months=term) // billing

    charge = charge_unit_price(price, term_months=term, billing_months=billing)

    # Twelve roundings of at most half of 10^-12 each.
    assert abs(charge * charges - price) <= Decimal("0.000000000006")
