"""Chosen worlds of prices with levels, of renewal fees, and of renewals that a hold stops."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from tests.reference.simple import LONG_AGO, SUB, account_terms, never_held, simple_world
from tests.reference.world import (
    Action,
    Cancel,
    CatalogPrice,
    HoldByHand,
    Metered,
    OrderChange,
    Pay,
    Restart,
    World,
)

STEPS = (("0", "12"), ("10", "9.99"), ("20", "0.833333333333"))
"""Lower limits with the vendor's retail prices."""


def day(month: int, of_month: int) -> date:
    """Return a day of the examples' year."""
    return date(2026, month, of_month)


def leveled(
    world: World,
    model: str,
    steps: tuple[tuple[str, str], ...] = STEPS,
    *,
    kind: str = "recurring",
    since: date = LONG_AGO,
    until: date | None = None,
) -> World:
    """Return the world with a price with levels on the only plan, made by margins on every tier."""
    first = 100 + len(world.catalog)
    rows = tuple(
        CatalogPrice(
            first + place,
            1,
            1,
            kind,
            world.accounts[0].currency,
            Decimal(price) / 2,
            Decimal(price),
            since,
            until,
            model,
            Decimal(limit),
        )
        for place, (limit, price) in enumerate(steps)
    )
    return replace(world, catalog=(*world.catalog, *rows))


def _seats(model: str, quantity: str, *acts: Action, **more: Any) -> World:
    options: dict[str, Any] = {"start": day(1, 1), "days": 75, "prices": {}, "tax_ppm": 190_000}
    world = simple_world(**{**options, **more}, quantity=quantity)
    return replace(leveled(world, model), actions=acts)


def _change(on: date, quantity: str, key: int) -> OrderChange:
    return OrderChange(on, key, SUB, 1, on, Decimal(quantity))


def a_tiered_price_charges_the_units_of_each_level() -> World:
    """25 units, 8 on 12 January, 21 on the 20th and cancelled on 5 February: refunds reverse each level."""
    return _seats(
        "tiered",
        "25",
        _change(day(1, 12), "8", 1),
        _change(day(1, 20), "21", 2),
        Cancel(day(2, 5), SUB, day(2, 5), True),
        reseller=True,
    )


def a_volume_price_moves_all_units_to_the_level_that_is_reached() -> World:
    """10 units are the first level still, 11 the second, 4.5 the first again, then 30 the third."""
    return _seats(
        "volume",
        "10",
        _change(day(1, 12), "11", 1),
        _change(day(1, 20), "4.5", 2),
        _change(day(2, 10), "30", 3),
        Cancel(day(2, 15), SUB, day(2, 15), True),
        reseller=True,
    )


def levels_hold_for_the_term_and_may_be_fewer_afterwards() -> World:
    """Terms of a month: from 10 January two levels with other limits, from 10 March flat, discount kept."""
    world = simple_world(
        start=day(1, 1),
        days=130,
        prices={},
        quantity="15",
        discount_ppm=100_000,
        term=(1, 1, 0),
        reseller=True,
    )
    world = leveled(world, "tiered", until=day(1, 10))
    fewer = (("0", "12"), ("12", "9.99"))
    world = leveled(world, "tiered", fewer, since=day(1, 10), until=day(3, 10))
    world = leveled(world, "flat", (("0", "3"),), since=day(3, 10))
    changes = (_change(day(2, 14), "12", 1), _change(day(2, 20), "13", 2))
    return never_held(replace(world, actions=changes))


def overuse_is_priced_by_levels() -> World:
    """2 units include 10 each; 5 and 18.5 more are used in two months."""
    world = simple_world(
        start=day(1, 1), days=65, prices={}, quantity="2", included="10", measured=True
    )
    used = (Metered(1, day(1, 3), Decimal(25)), Metered(1, day(2, 20), Decimal("38.5")))
    return replace(leveled(world, "tiered", kind="overuse"), metered=used)


def a_renewal_fee_comes_with_every_later_term() -> World:
    """Setup with the first term, the fee with the second, and again when it is renewed after its end."""
    prices = {"recurring": "10", "setup": "7", "renewal": "3.5"}
    world = simple_world(start=day(1, 1), days=110, prices=prices, term=(1, 1, 0), reseller=True)
    acts = (Cancel(day(2, 10), SUB, day(2, 10), True), Restart(day(3, 5), SUB))
    return never_held(replace(world, actions=acts))


def what_a_held_account_has_is_not_renewed() -> World:
    """Held by hand before the end of the first term, paid and renewed by hand in the grace."""
    world = simple_world(
        start=day(1, 1), days=70, prices={"recurring": "10"}, term=(1, 1, 14), reseller=True
    )
    world = account_terms(world, automatic=False)
    return replace(
        world,
        actions=(
            HoldByHand(day(1, 20), 1),
            Pay(day(2, 4), 1, Decimal(1000)),
            Restart(day(2, 6), SUB),
        ),
    )


def a_full_refund_takes_the_period_and_its_fees_back() -> World:
    """Two seats more on 5 January, all of it back on the 10th; the second is cancelled in its next period."""
    prices = {"recurring": "10", "setup": "7", "overuse": "1"}
    world = simple_world(
        start=day(1, 1), days=50, prices=prices, tax_ppm=190_000, discount_ppm=50_000, reseller=True
    )
    second = replace(
        world.subs[0], key=2, items=(replace(world.subs[0].items[0], key=2),), discounts=()
    )
    world = replace(world, subs=(*world.subs, second))
    return replace(
        world,
        actions=(
            _change(day(1, 5), "3", 1),
            Cancel(day(1, 10), SUB, day(1, 10), True, full=True),
            Cancel(day(2, 4), 2, day(2, 10), True, full=True),
        ),
    )


MAKERS = (
    a_full_refund_takes_the_period_and_its_fees_back,
    a_tiered_price_charges_the_units_of_each_level,
    a_volume_price_moves_all_units_to_the_level_that_is_reached,
    levels_hold_for_the_term_and_may_be_fewer_afterwards,
    overuse_is_priced_by_levels,
    a_renewal_fee_comes_with_every_later_term,
    what_a_held_account_has_is_not_renewed,
)
