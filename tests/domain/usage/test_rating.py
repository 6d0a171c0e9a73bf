"""Rating against an independent reference in fractions, and its rules one by one."""

import itertools
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.domain.usage.drill_down import LineKey, drill_down
from entrepot.domain.usage.errors import UsageAmountTooLarge, UsageMemoryTooSmall
from entrepot.domain.usage.intake import take_in
from entrepot.domain.usage.rating import (
    MappedSubAccount,
    RatedTotal,
    RatingInput,
    SkuPrice,
    TierRule,
    ValidSource,
    rate,
)
from tests.domain.usage.support import line, write_file

MAY = date(2026, 5, 1)
CLEO = MappedSubAccount("Stratus", "cleo", 7)
COST_PLUS = TierRule(7, 1, 11, "USD", Decimal("1.2"), "USD")

_numbers = itertools.count(1)


def _store(folder: Path, lines: Sequence[dict[str, str]], *, import_id: int = 1) -> Path:
    path = write_file(folder / f"use-{import_id}.csv", lines)
    return folder / take_in(path=path, data_dir=folder, import_id=import_id).stored.path


def _totals(files: Sequence[Path], rating: RatingInput) -> list[RatedTotal]:
    with rate(files=files, rating=rating, work_dir=files[0].parent) as rated:
        return list(rated.totals())


def _price(lower_limit: str, unit_price: str) -> SkuPrice:
    return SkuPrice(
        11, "Stratus", "VM-1", "Hours", "USD", Decimal(lower_limit), Decimal(unit_price)
    )


def test_cost_plus_multiplies_the_cost_of_each_tier(tmp_path: Path) -> None:
    file = _store(tmp_path, [line(BilledCost="0.1"), line(BilledCost="0.25")])
    second = TierRule(7, 2, 12, "USD", Decimal("1.44"), "EUR")

    totals = _totals([file], RatingInput(subscriptions=[CLEO], tier_rules=[COST_PLUS, second]))

    # 0.35 x 1.2 = 0.42 and 0.35 x 1.44 = 0.504
    assert [(t.tier, t.currency, t.cost, t.amount) for t in totals] == [
        (1, "USD", Decimal("0.35"), Decimal("0.42")),
        (2, "EUR", Decimal("0.35"), Decimal("0.504")),
    ]


def test_an_own_price_is_graduated_over_the_whole_month(tmp_path: Path) -> None:
    file = _store(tmp_path, [line(PricingQuantity="8"), line(PricingQuantity="7")])
    rating = RatingInput(
        subscriptions=[CLEO],
        tier_rules=[COST_PLUS],
        sku_prices=[_price("0", "1"), _price("10", "0.5"), _price("20", "0.1")],
    )

    (total,) = _totals([file], rating)

    # 10 x 1 + 5 x 0.5 = 12.5; nothing reaches the third band.
    assert (total.quantity, total.amount) == (Decimal(15), Decimal("12.5"))


def test_an_own_price_of_a_credited_quantity_is_that_of_the_first_band(tmp_path: Path) -> None:
    file = _store(tmp_path, [line(PricingQuantity="-4", BilledCost="-9")])
    rating = RatingInput(
        subscriptions=[CLEO],
        tier_rules=[COST_PLUS],
        sku_prices=[_price("0", "1"), _price("10", "0.5")],
    )

    assert [t.amount for t in _totals([file], rating)] == [Decimal(-4)]


def test_an_own_price_leaves_lines_of_another_unit_to_cost_plus(tmp_path: Path) -> None:
    file = _store(tmp_path, [line(), line(PricingUnit="Days", BilledCost="2")])
    rating = RatingInput(
        subscriptions=[CLEO], tier_rules=[COST_PLUS], sku_prices=[_price("0", "1")]
    )

    (total,) = _totals([file], rating)

    # 1 hour x 1 + 2 x 1.2 = 3.4; a sum of hours and days has no unit.
    assert (total.amount, total.pricing_unit) == (Decimal("3.4"), None)


@pytest.mark.parametrize(
    ("cost", "amount"),
    [
        ("0.0000000000005", "0.000000000001"),
        ("-0.0000000000005", "-0.000000000001"),
        ("0.0000000000004", "0"),
    ],
)
def test_twelve_decimals_are_rounded_half_away_from_zero(
    tmp_path: Path, cost: str, amount: str
) -> None:
    file = _store(tmp_path, [line(BilledCost=cost)])
    plain = TierRule(7, 1, 11, "USD", Decimal(1), "USD")

    (total,) = _totals([file], RatingInput(subscriptions=[CLEO], tier_rules=[plain]))

    assert (total.cost, total.amount) == (Decimal(cost), Decimal(amount))


def test_a_newer_file_supersedes_its_sub_accounts_only(tmp_path: Path) -> None:
    both = [line(BilledCost="1"), line(BilledCost="5", SubAccountId="rex")]
    old = _store(tmp_path, both, import_id=1)
    new = _store(tmp_path, [line(BilledCost="3")], import_id=2)
    rating = RatingInput(
        subscriptions=[CLEO, MappedSubAccount("Stratus", "rex", 8)],
        tier_rules=[TierRule(n, 1, 11, "USD", Decimal(1), "USD") for n in (7, 8)],
    )

    forward = _totals([old, new], rating)

    assert [(t.subscription_id, t.cost) for t in forward] == [(7, Decimal(3)), (8, Decimal(5))]
    assert _totals([new, old], rating) == forward


def test_given_sources_decide_which_file_counts(tmp_path: Path) -> None:
    old = _store(tmp_path, [line(BilledCost="1")], import_id=1)
    new = _store(tmp_path, [line(BilledCost="3")], import_id=2)
    rating = RatingInput(
        subscriptions=[CLEO],
        tier_rules=[COST_PLUS],
        sources=[ValidSource("Stratus", "cleo", MAY, 1)],
    )

    assert [t.cost for t in _totals([old, new], rating)] == [Decimal(1)]


def test_only_the_months_asked_for_are_rated(tmp_path: Path) -> None:
    april = line(ChargePeriodStart="2026-04-30 23:00:00", ChargePeriodEnd="2026-05-01 00:00:00")
    file = _store(tmp_path, [line(), april])
    rating = RatingInput(subscriptions=[CLEO], tier_rules=[COST_PLUS], charge_months=[MAY])

    assert [(t.charge_month, t.lines) for t in _totals([file], rating)] == [(MAY, 1)]


def test_usage_nobody_can_be_charged_for_is_parked_with_the_reason(tmp_path: Path) -> None:
    lines = [
        line(),
        line(SubAccountId="rex", SubAccountName="Rex", BilledCost="2"),
        line(SubAccountId="", SubAccountName="", BilledCost="3"),
        line(BillingCurrency="EUR", BilledCost="4"),
    ]
    file = _store(tmp_path, lines)
    rating = RatingInput(subscriptions=[CLEO], tier_rules=[COST_PLUS])

    with rate(files=[file], rating=rating, work_dir=tmp_path) as rated:
        parked = list(rated.parked())
        charged = list(rated.totals())

    assert [(p.reason, p.sub_account_id, p.subscription_id, p.lines, p.cost) for p in parked] == [
        ("unknown_sub_account", "", None, 1, Decimal(3)),
        ("no_price_rule", "cleo", 7, 1, Decimal(4)),
        ("unknown_sub_account", "rex", None, 1, Decimal(2)),
    ]
    assert [t.cost for t in charged] == [Decimal("0.1")]


@pytest.mark.parametrize(
    "rating",
    [
        RatingInput(subscriptions=[CLEO, CLEO], tier_rules=[]),
        RatingInput(subscriptions=[], tier_rules=[COST_PLUS, COST_PLUS]),
        RatingInput(subscriptions=[], tier_rules=[], sku_prices=[_price("5", "1")]),
        RatingInput(
            subscriptions=[], tier_rules=[TierRule(7, 1, 1, "USD", Decimal("1e-13"), "USD")]
        ),
        RatingInput(subscriptions=[], tier_rules=[TierRule(7, 1, 1, "USD", Decimal(10**6), "USD")]),
    ],
)
def test_rules_that_would_charge_twice_or_lose_digits_are_a_mistake(
    tmp_path: Path, rating: RatingInput
) -> None:
    with (
        pytest.raises(ValueError),
        rate(files=[tmp_path / "x"], rating=rating, work_dir=tmp_path),
    ):
        pass


def test_a_sum_that_cannot_be_kept_exactly_is_refused(tmp_path: Path) -> None:
    file = _store(tmp_path, [line(BilledCost="999999999999999")])

    with pytest.raises(UsageAmountTooLarge):
        _totals([file], RatingInput(subscriptions=[CLEO], tier_rules=[COST_PLUS]))


def test_a_memory_limit_that_is_too_small_is_refused_with_the_next_step(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageMemoryTooSmall, match="Give at least"),
        rate(
            files=[tmp_path / "x"],
            rating=RatingInput(subscriptions=[], tier_rules=[]),
            work_dir=tmp_path,
            memory_limit_mb=8,
        ),
    ):
        pass


def test_pages_of_lines_follow_each_other_without_gap_or_repetition(tmp_path: Path) -> None:
    # Equal lines on purpose: only their occurrence tells them apart.
    lines = [line(ChargePeriodStart=f"2026-05-04 0{n % 3}:00:00") for n in range(8)]
    file = _store(tmp_path, [*lines, line(SkuId="VM-2"), line(SubAccountId="rex")])
    found: list[tuple[LineKey, int]] = []
    after: LineKey | None = None
    while True:
        page = drill_down(
            files=[file],
            subscriptions=[CLEO],
            sources=None,
            subscription_id=7,
            sku_id="VM-1",
            charge_month=MAY,
            work_dir=tmp_path,
            after=after,
            page_size=3,
        )
        found += [
            (LineKey(x.charge_period_start, x.line_hash, x.occurrence), x.line_no)
            for x in page.lines
        ]
        # 8 x 0.10
        assert (page.total_lines, page.total_cost) == (8, Decimal("0.80"))
        after = page.next
        if after is None:
            break

    assert sorted(number for _, number in found) == list(range(2, 10))
    assert len({key for key, _ in found}) == 8


_costs = st.decimals(-1000, 1000, places=15, allow_nan=False)
_quantities = st.decimals(-50, 50, places=13, allow_nan=False)
_lines = st.lists(
    st.tuples(
        st.sampled_from(["cleo", "rex", "carl"]),
        st.sampled_from(["VM-1", "VM-2"]),
        _quantities,
        _costs,
        st.sampled_from(["2026-04-30 23:00:00", "2026-05-01 00:00:00"]),
    ),
    min_size=1,
    max_size=12,
)
_factor = st.decimals("0.5", 200, places=12, allow_nan=False)
_unit_price = st.decimals(0, 5, places=12, allow_nan=False)


def _twelve(value: Fraction) -> Fraction:
    """Round half away from zero at twelve decimals, independently of any decimal library."""
    scaled = abs(value) * 10**12
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(units if value >= 0 else -units, 10**12)


def _reference(lines, factors, prices):
    groups = defaultdict(lambda: [0, Fraction(0), Fraction(0)])
    for account, sku, quantity, cost, start in lines:
        if account != "carl":
            group = groups[account, sku, start[:7]]
            group[0] += 1
            group[1] += Fraction(quantity)
            group[2] += Fraction(cost)
    result = {}
    for (account, sku, month), (count, quantity, cost) in groups.items():
        for tier, factor in enumerate(factors, start=1):
            amount = _twelve(_twelve(cost) * Fraction(factor))
            if tier == 1 and sku == "VM-1":
                first, second = map(Fraction, prices)
                below = min(quantity, Fraction(10))
                above = max(quantity - 10, Fraction(0))
                amount = _twelve(_twelve(below) * first) + _twelve(_twelve(above) * second)
            result[account, sku, month, tier] = (count, quantity, cost, amount)
    return result


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=_lines,
    factors=st.tuples(_factor, _factor),
    prices=st.tuples(_unit_price, _unit_price),
)
def test_rating_equals_the_reference_in_fractions(tmp_path: Path, lines, factors, prices) -> None:
    folder = tmp_path / str(next(_numbers))
    folder.mkdir()
    cells = [
        line(
            SubAccountId=account,
            SkuId=sku,
            PricingQuantity=format(quantity, "f"),
            BilledCost=format(cost, "f"),
            ChargePeriodStart=start,
            ChargePeriodEnd="2026-05-01 01:00:00",
        )
        for account, sku, quantity, cost, start in lines
    ]
    names = {7: "cleo", 8: "rex"}
    rating = RatingInput(
        subscriptions=[MappedSubAccount("Stratus", name, n) for n, name in names.items()],
        tier_rules=[
            TierRule(n, tier, 10 + tier, "USD", factor, "USD")
            for n in names
            for tier, factor in enumerate(factors, start=1)
        ],
        sku_prices=[_price("0", format(prices[0], "f")), _price("10", format(prices[1], "f"))],
    )

    totals = _totals([_store(folder, cells)], rating)

    found = {
        (names[t.subscription_id], t.sku_id, f"{t.charge_month:%Y-%m}", t.tier): (
            t.lines,
            Fraction(t.quantity),
            Fraction(t.cost),
            Fraction(t.amount),
        )
        for t in totals
    }
    assert found == _reference(lines, factors, prices)
