"""Compare a price list with the catalogue and plan what has to change.

Pure: the catalogue comes in as frozen rows, the plan goes out as frozen rows, in the order of
their keys. A row of the list is compared with the price in force on the row's own first day, so
that importing a list twice, or an older list again, plans nothing (decision 17).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from entrepot.domain.catalog.pricelist.types import ParsedPriceList, PriceKey, PriceRow
from entrepot.domain.catalog.pricelist.vendors import vendor_code
from entrepot.kernel.money import round_amount

PERCENT_DECIMALS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentPrice:
    """A price of the catalogue as the vendor listed it, in force on [valid_from, valid_to).

    `unit_cost` and `retail_price` are per unit and price basis, as in `PriceRow`; `title` is the
    name of the plan, `vendor` the code of who makes it; `price_id` identifies the stored row.
    """

    key: PriceKey
    title: str
    unit_cost: Decimal
    retail_price: Decimal
    valid_from: date
    valid_to: date | None
    price_id: int
    vendor: str

    def is_in_force(self, *, on: date) -> bool:
        """Tell whether the price holds on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrice:
    """A price that the catalogue does not have on its first day; `valid_to` is exclusive."""

    row: PriceRow
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPrice:
    """A price that replaces another one from the row's first day on; `valid_to` is exclusive.

    Percentages compare new with old, rounded to two decimals; None where the old price is zero.
    `is_correction` tells that the old price starts on the very same day.
    """

    row: PriceRow
    old: CurrentPrice
    valid_to: date | None
    cost_percent: Decimal | None
    retail_percent: Decimal | None

    @property
    def effective_from(self) -> date:
        """First day of the new price."""
        return self.row.valid_from

    @property
    def is_correction(self) -> bool:
        """Tell whether the old price starts on the very day of the new one."""
        return self.old.valid_from == self.row.valid_from


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedPrice:
    """A price that stays the same and now ends, or ends earlier; `valid_to` is exclusive."""

    row: PriceRow
    old: CurrentPrice
    valid_to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListDiff:
    """What a price list changes; every tuple is in the order of the keys.

    `new_plans` and `new_periods` name one row each, from which they can be made. `unchanged`
    counts rows that change nothing. `withdrawn` are prices in force without a row in the list,
    of the vendors, markets and segments that the list covers; nothing happens to them.
    """

    new_plans: tuple[PriceRow, ...]
    new_periods: tuple[PriceRow, ...]
    new_prices: tuple[NewPrice, ...]
    changed: tuple[ChangedPrice, ...]
    ended: tuple[EndedPrice, ...]
    withdrawn: tuple[CurrentPrice, ...]
    unchanged: int

    @property
    def is_empty(self) -> bool:
        """Tell whether applying the list would write nothing."""
        return not (self.new_prices or self.changed or self.ended)


def diff_price_list(
    parsed: ParsedPriceList,
    *,
    current: Iterable[CurrentPrice],
    known_plans: Iterable[tuple[str, str, str]] = (),
    known_periods: Iterable[tuple[str, str, str, int, int]] = (),
) -> PriceListDiff:
    """Plan what the usable rows of a list change in a catalogue.

    `current` holds all prices of the catalogue, past and scheduled ones too, without overlaps for
    one key. `known_plans` and `known_periods` name those that exist even without a price.
    """
    stored: dict[PriceKey, list[CurrentPrice]] = defaultdict(list)
    for price in current:
        stored[price.key].append(price)
    rows = sorted(parsed.rows, key=lambda row: row.key)
    new_prices: list[NewPrice] = []
    changed: list[ChangedPrice] = []
    ended: list[EndedPrice] = []
    for row in rows:
        change = _compare(row, stored.get(row.key, ()))
        if isinstance(change, NewPrice):
            new_prices.append(change)
        elif isinstance(change, ChangedPrice):
            changed.append(change)
        elif isinstance(change, EndedPrice):
            ended.append(change)
    plans = {key.plan for key in stored} | set(known_plans)
    periods = {key.period for key in stored} | set(known_periods)
    return PriceListDiff(
        new_plans=tuple({r.key.plan: r for r in rows if r.key.plan not in plans}.values()),
        new_periods=tuple({r.key.period: r for r in rows if r.key.period not in periods}.values()),
        new_prices=tuple(new_prices),
        changed=tuple(changed),
        ended=tuple(ended),
        withdrawn=_withdrawn(parsed, stored),
        unchanged=len(rows) - len(new_prices) - len(changed) - len(ended),
    )


def percent_change(*, old: Decimal, new: Decimal) -> Decimal | None:
    """Give the change from old to new in percent, to two decimals; None if old is zero."""
    if old == 0:
        return None
    ratio = Fraction(new) / Fraction(old) - 1
    return round_amount(100 * ratio, exp=PERCENT_DECIMALS)


def _compare(
    row: PriceRow, stored: Sequence[CurrentPrice]
) -> NewPrice | ChangedPrice | EndedPrice | None:
    """Compare one row with the stored prices of its key; None if nothing changes."""
    in_force = next((price for price in stored if price.is_in_force(on=row.valid_from)), None)
    if in_force is None:
        return NewPrice(row=row, valid_to=_until_next(row, stored))
    if (in_force.unit_cost, in_force.retail_price) != (row.unit_cost, row.retail_price):
        return ChangedPrice(
            row=row,
            old=in_force,
            valid_to=_until_next(row, stored),
            cost_percent=percent_change(old=in_force.unit_cost, new=row.unit_cost),
            retail_percent=percent_change(old=in_force.retail_price, new=row.retail_price),
        )
    # An open end in the list says nothing: the stored price may end because a later one follows.
    if row.valid_to is None or (
        in_force.valid_to is not None and in_force.valid_to <= row.valid_to
    ):
        return None
    return EndedPrice(row=row, old=in_force, valid_to=row.valid_to)


def _until_next(row: PriceRow, stored: Iterable[CurrentPrice]) -> date | None:
    """End a new price where the list says, or earlier where a stored one already follows."""
    ends = [price.valid_from for price in stored if price.valid_from > row.valid_from]
    if row.valid_to is not None:
        ends.append(row.valid_to)
    return min(ends, default=None)


def _withdrawn(
    parsed: ParsedPriceList, stored: dict[PriceKey, list[CurrentPrice]]
) -> tuple[CurrentPrice, ...]:
    """Find prices in force that the list no longer names, where the list would name them."""
    day = parsed.effective_from
    if day is None:
        return ()
    covered = {
        (vendor_code(publisher=row.publisher), row.key.zone, row.segment) for row in parsed.rows
    }
    listed = {row.key for row in parsed.rows}
    # A rejected row is a mistake in the file and no withdrawal.
    unreadable = {row.product for row in parsed.rejected}
    return tuple(
        price
        for key in sorted(stored)
        for price in stored[key]
        if key not in listed
        and (price.vendor, key.zone, key.segment) in covered
        and (key.product_id, key.sku_id) not in unreadable
        and price.is_in_force(on=day)
    )
