"""The billing vectors of the domain reference (section 13) and the engine's date table."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.reference.shape import ChargeRow, Snapshot
from tests.reference.simple import SUB, account_terms, days_from, simple_world
from tests.reference.world import (
    CatalogPrice,
    HoldByHand,
    ImportUsage,
    Item,
    OrderChange,
    Resource,
    SellerPrice,
    SetAnchor,
    SetTermEnd,
    World,
)

Bill = Callable[[World], Snapshot]


def charges_of(result: Snapshot, kind: str) -> list[ChargeRow]:
    """Return the charges of a kind in the order of their days, items, tiers and causes."""
    mine = [charge for charge in result.charges.values() if charge.kind == kind]
    return sorted(mine, key=lambda c: (c.period_start, c.item, c.tier, c.cause))


def money(text: str) -> Fraction:
    """Return an amount."""
    return Fraction(text)


def change(day: date, effective_on: date, quantity: str, *, key: int = 1) -> OrderChange:
    """Return the order of a new quantity of the only item."""
    return OrderChange(day, key, SUB, 1, effective_on, Decimal(quantity))


def on_days(world: World, *wanted: date) -> World:
    """Return the world with runs on the wanted days only."""
    days, missed = days_from(world.first_day, *wanted)
    return replace(world, days=days, missed=missed)


def with_second_item(world: World, kind: str, price: str, quantity: str) -> World:
    """Return the world with a second resource in the subscription, at its own price."""
    currency, first = world.accounts[0].currency, world.first_day
    seller = world.billing_accounts[-1].seller
    item = Item(2, 2, Decimal(quantity))
    cost = CatalogPrice(99, 1, 2, kind, currency, Decimal(price), Decimal(price), first)
    own = SellerPrice(99, seller, 1, 2, kind, currency, Decimal(price), first)
    recurring = replace(cost, key=98, kind="recurring", cost=Decimal(0), retail=Decimal(0))
    free = replace(own, key=98, kind="recurring", price=Decimal(0))
    subs = tuple(replace(sub, items=(*sub.items, item)) for sub in world.subs)
    world = replace(world, resources=(*world.resources, Resource(2)), subs=subs)
    for row in (cost, own) if kind == "recurring" else (cost, own, recurring, free):
        world = world.with_row(row)
    return world


def test_an_invoice_of_march_1_with_due_period_30_is_due_on_march_30(bill: Bill) -> None:
    start = date(2026, 3, 1)
    world = simple_world(start=start, days=1, prices={"recurring": "10"})

    result = bill(account_terms(world, due_days=30))

    # Issue day + 30 - 1.
    assert result.documents[1, start].due_on == date(2026, 3, 30)


def test_an_invoice_without_due_days_is_due_on_its_own_day(bill: Bill) -> None:
    start = date(2026, 3, 1)
    world = simple_world(start=start, days=1, prices={"recurring": "10"})

    result = bill(account_terms(world, due_days=0))

    assert result.documents[1, start].due_on == start


def test_a_switch_from_10_to_20_on_march_11_costs_6_77_and_20_from_april(bill: Bill) -> None:
    start, switch, april = date(2026, 3, 1), date(2026, 3, 11), date(2026, 4, 1)
    world = simple_world(start=start, days=1, prices={"recurring": "1"}, quantity="10")
    world = replace(world, actions=(change(switch, switch, "20"),))

    result = bill(on_days(world, start, switch, april))

    # (20 - 10) x 21 / 31 = 6.774...
    assert [(row.num, row.den, row.net) for row in charges_of(result, "change")] == [
        (21, 31, money("6.77"))
    ]
    assert [row.net for row in charges_of(result, "recurring")] == [money("10.00"), money("20.00")]


def test_a_change_placed_on_january_6_and_done_on_january_8_is_charged_for_24_days(
    bill: Bill,
) -> None:
    start = date(2026, 1, 1)
    world = simple_world(start=start, days=9, prices={"recurring": "31"})
    world = replace(world, actions=(change(date(2026, 1, 6), date(2026, 1, 8), "2"),))

    [row] = charges_of(bill(world), "change")

    # 8 January to 1 February are 24 of 31 days: 31 x 24 / 31 = 24.00.
    assert (row.period_start, row.period_end) == (date(2026, 1, 8), date(2026, 2, 1))
    assert (row.num, row.den, row.net) == (24, 31, money("24.00"))


def test_a_change_done_after_the_billing_day_is_not_in_that_days_charge(bill: Bill) -> None:
    start, february, done = date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 2)
    world = simple_world(start=start, days=1, prices={"recurring": "28"})
    world = replace(world, actions=(change(date(2026, 1, 31), done, "2"),))

    result = bill(on_days(world, start, february, done))

    # 1 February: one unit only. 2 February to 1 March are 27 of 28 days: 28 x 27 / 28 = 27.00.
    assert [row.net for row in charges_of(result, "recurring")] == [money("28.00")] * 2
    [row] = charges_of(result, "change")
    assert (row.period_start, row.period_end, row.net) == (done, date(2026, 3, 1), money("27.00"))


def test_moving_the_day_from_8_to_12_makes_a_stub_and_then_full_months(bill: Bill) -> None:
    start, november, twelfth = date(2025, 10, 8), date(2025, 11, 8), date(2025, 11, 12)
    world = simple_world(start=start, days=1, prices={"recurring": "31"})
    world = replace(world, actions=(SetAnchor(date(2025, 10, 20), SUB, 12),))

    result = bill(on_days(world, start, november, twelfth))

    # The stub is 4 of the 31 days from 12 October to 12 November: 31 x 4 / 31 = 4.00.
    assert [
        (row.period_start, row.period_end, row.net) for row in charges_of(result, "recurring")
    ] == [
        (start, november, money("31.00")),
        (november, twelfth, money("4.00")),
        (twelfth, date(2025, 12, 12), money("31.00")),
    ]


def test_a_delayed_downgrade_costs_nothing_now_and_35_at_the_next_billing(bill: Bill) -> None:
    start, april = date(2026, 3, 1), date(2026, 4, 1)
    world = simple_world(start=start, days=1, prices={"recurring": "10"}, quantity="5")
    world = with_second_item(world, "recurring", "5", "1")
    world = replace(world, actions=(change(date(2026, 3, 20), april, "3"),))

    result = bill(on_days(world, start, april))

    # 3 x 10 + 5.
    assert charges_of(result, "change") == []
    assert result.documents[1, april].gross == money("35.00")


def test_a_plan_setup_of_10_and_a_resource_setup_of_2_make_12(bill: Bill) -> None:
    start = date(2026, 3, 1)
    world = simple_world(start=start, days=32, prices={"recurring": "0", "setup": "10"})
    world = with_second_item(world, "setup", "2", "1")

    result = bill(world)

    # 10 + 2, once: the second month (1 April) has none.
    assert sum(row.net for row in charges_of(result, "setup")) == money("12.00")
    assert len(charges_of(result, "recurring")) == 4


def test_a_seat_joined_with_15_of_30_days_left_costs_half(bill: Bill) -> None:
    start, joined = date(2026, 4, 1), date(2026, 4, 16)
    world = simple_world(start=start, days=16, prices={"recurring": "10"})
    world = replace(world, actions=(change(joined, joined, "2"),))

    [row] = charges_of(bill(world), "change")

    assert Fraction(row.num, row.den) == Fraction("0.50")
    assert row.net == money("5.00")


def test_a_co_termed_subscription_ends_its_last_period_on_the_partners_day(bill: Bill) -> None:
    start, may, partner = date(2026, 4, 1), date(2026, 5, 1), date(2026, 5, 16)
    world = simple_world(start=start, days=1, prices={"recurring": "31"}, auto_renew=False)
    world = replace(world, actions=(SetTermEnd(date(2026, 4, 2), SUB, partner),))

    result = bill(on_days(world, start, may, partner))

    # 1 to 16 May are 15 of 31 days: 31 x 15 / 31 = 15.00.
    *_, last = charges_of(result, "recurring")
    assert (last.period_end, last.num, last.den, last.net) == (partner, 15, 31, money("15.00"))
    assert result.subs[SUB].status == "expired"


MB_14_DAYS = Decimal("0.043008")  # 128 MB x 14 d x 24 h x 0.000001
BOTH = Decimal("0.239616")  # and 512 MB x 16 d x 24 h x 0.000001 = 0.196608


def usage(day: date, key: int, before: Decimal, after: Decimal, sku: str = "memory") -> ImportUsage:
    """Return one import of February's memory hours."""
    start, end = date(2026, 2, 1), date(2026, 3, 1)
    return ImportUsage(day, key, SUB, 1, sku, start, end, Decimal(1), ((before, after),))


def test_used_memory_of_two_sizes_comes_to_0_043_and_0_197_dinars(bill: Bill) -> None:
    start, imported = date(2026, 2, 1), date(2026, 3, 2)
    world = simple_world(start=start, days=1, prices={"usage": "1"}, is_usage=True, currency="KWD")
    small = usage(imported, 1, Decimal(0), MB_14_DAYS, "small")
    large = usage(imported, 2, Decimal(0), BOTH - MB_14_DAYS, "large")

    result = bill(replace(on_days(world, start, imported), actions=(small, large)))

    assert [row.net for row in charges_of(result, "usage")] == [money("0.043"), money("0.197")]
    assert result.documents[1, imported].net == money("0.240")


def test_a_second_import_bills_the_difference_of_the_rounded_totals(bill: Bill) -> None:
    start, first, second = date(2026, 2, 1), date(2026, 3, 2), date(2026, 3, 3)
    world = simple_world(start=start, days=1, prices={"usage": "1"}, is_usage=True)
    acts = (usage(first, 1, Decimal(0), MB_14_DAYS), usage(second, 2, MB_14_DAYS, BOTH))

    result = bill(replace(on_days(world, start, first, second), actions=acts))

    # round(0.043008) = 0.04; round(0.239616) - 0.04 = 0.20; together 0.24.
    assert result.documents[1, first].net == money("0.04")
    assert result.documents[1, second].net == money("0.20")


def test_a_hold_put_by_hand_without_an_overdue_invoice_is_released_by_the_next_run(
    bill: Bill,
) -> None:
    start = date(2026, 3, 1)
    world = simple_world(start=start, days=2, prices={"recurring": "10"})
    world = replace(world, actions=(HoldByHand(date(2026, 3, 2), 1),))

    result = bill(world)

    assert [act for _account, _day, act, _until in result.holds] == ["held", "released"]
    assert not result.credit[1].is_held
    assert not result.accounts_held[3]


def test_twelve_periods_at_10_with_setup_5_come_to_125(bill: Bill) -> None:
    start = date(2026, 1, 1)
    world = simple_world(start=start, days=1, prices={"recurring": "10", "setup": "5"})

    result = bill(on_days(world, *(date(2026, month, 1) for month in range(1, 13))))

    # 5 + 12 x 10.
    assert sum(row.gross for row in result.documents.values()) == money("125.00")


def test_an_order_of_7_on_a_subscription_of_5_makes_7_and_charges_2(bill: Bill) -> None:
    start, day = date(2026, 4, 1), date(2026, 4, 11)
    world = simple_world(start=start, days=11, prices={"recurring": "3"}, quantity="5")
    world = replace(world, actions=(change(day, day, "7"),))

    result = bill(world)

    # 2 x 3 x 20 / 30 = 4.00.
    [row] = charges_of(result, "change")
    assert (row.quantity, row.net) == (Fraction(2), money("4.00"))
    assert result.subs[SUB].quantities == ((1, Fraction(7)),)


@pytest.mark.parametrize(
    ("start", "anchor", "months", "ends"),
    [
        (date(2024, 1, 31), 31, 1, [date(2024, 2, 29), date(2024, 3, 31)]),
        (date(2024, 2, 29), 29, 12, [date(2025, 2, 28), date(2026, 2, 28)]),
        (date(2027, 2, 28), 29, 12, [date(2028, 2, 29), date(2029, 2, 28)]),
        (date(2026, 1, 17), 1, 1, [date(2026, 2, 1), date(2026, 3, 1)]),
        (date(2026, 1, 17), 20, 1, [date(2026, 1, 20), date(2026, 2, 20)]),
        (date(2026, 1, 17), 20, 12, [date(2026, 12, 20), date(2027, 12, 20)]),
    ],
)
def test_periods_end_on_the_anchor_never_chained(
    bill: Bill, start: date, anchor: int, months: int, ends: list[date]
) -> None:
    world = simple_world(
        start=start, days=1, prices={"recurring": "10"}, anchor=anchor, term=(36, months, 0)
    )

    result = bill(on_days(world, start, ends[0]))

    assert [row.period_end for row in charges_of(result, "recurring")] == ends


@pytest.mark.parametrize(
    ("billed", "statement_day", "statement"),
    [
        (date(2026, 2, 28), 31, date(2026, 2, 28)),
        (date(2026, 3, 5), 1, date(2026, 4, 1)),
        (date(2026, 3, 5), 0, date(2026, 3, 5)),
    ],
)
def test_a_charge_waits_for_the_next_statement_day(
    bill: Bill, billed: date, statement_day: int, statement: date
) -> None:
    world = simple_world(start=billed, days=1, prices={"recurring": "10"})

    result = bill(account_terms(world, statement_day=statement_day))

    [row] = charges_of(result, "recurring")
    assert row.statement_on == statement
    assert bool(result.documents) == (statement == billed)
