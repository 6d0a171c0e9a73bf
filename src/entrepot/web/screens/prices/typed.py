"""What somebody typed into the price manager: the prices and margins that differ from what was shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.resale.commands import Goods, PriceChange
from entrepot.domain.resale.margins import price_for_margin
from entrepot.domain.resale.price_desk import DeskPrice, DeskRow
from entrepot.kernel.errors import DomainError
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.kernel.money import UNIT_PRICE_INTEGER_DIGITS
from entrepot.web.screens.prices import words
from entrepot.web.ui.numbers import read_amount

_KEY_PARTS = 3
CHANGES_MAX = 500


@dataclass(frozen=True, slots=True)
class Key:
    """Which price of a place: plan period, resource and kind; in forms `12.5.recurring`."""

    period_id: int
    resource_id: int
    kind: PriceKind

    def __str__(self) -> str:
        """Write the key as names of fields carry it."""
        return f"{self.period_id}.{self.resource_id}.{self.kind.value}"

    def goods(self, *, currency: str) -> Goods:
        """Name the goods as the commands do."""
        return Goods(
            plan_period_id=self.period_id,
            resource_id=self.resource_id,
            kind=self.kind,
            currency=currency,
        )


@dataclass(frozen=True, slots=True)
class Typed:
    """One row that was changed: what stands in its two fields, and which of them counts."""

    key: Key
    price: str
    margin: str
    by_margin: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What typed rows come to: changes to make, and by key what cannot be read."""

    changes: tuple[PriceChange, ...]
    errors: Mapping[Key, str]


def key_of(row: DeskRow, price: DeskPrice) -> Key:
    """Return the key of a shown price."""
    return Key(row.period_id, price.resource_id, price.kind)


def read_key(text: str) -> Key | None:
    """Read a key; None for anything else."""
    parts = text.split(".")
    if len(parts) != _KEY_PARTS or parts[2] not in set(PriceKind):
        return None
    if not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts[:2]):
        return None
    period, resource = min(int(parts[0]), NUMBER_MAX), min(int(parts[1]), NUMBER_MAX)
    return Key(period, resource, PriceKind(parts[2]))


def read_day(text: str) -> date | None:
    """Read a day of a form; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-01") else None
    except ValueError:
        return None


def changed_rows(posted: QueryDict) -> list[Typed]:
    """Find the rows whose price or margin differs from what the page had shown; the price counts if both do."""
    found = []
    for name in posted:
        prefix, _, rest = name.partition("-")
        key = read_key(rest) if prefix == "held" else None
        if key is None:
            continue
        was_price, _, was_margin = posted.get(name, "").partition("|")
        price = posted.get(f"price-{key}", was_price).strip()
        margin = posted.get(f"margin-{key}", was_margin).strip()
        if (price, margin) != (was_price, was_margin):
            found.append(Typed(key, price, margin, by_margin=price == was_price))
    return found[:CHANGES_MAX]


def read_rows(typed: Iterable[Typed], *, rows: Sequence[DeskRow], currency: str) -> Reading:
    """Work out the prices of typed rows; `rows` are the plan periods on the day from which they hold."""
    known = {key_of(row, price): price for row in rows for price in row.prices}
    changes, errors = [], {}
    for one in typed:
        price = known.get(one.key)
        if price is None:
            errors[one.key] = gettext("This is not on sale any more.")
            continue
        try:
            changes.append(
                PriceChange(
                    goods=one.key.goods(currency=currency),
                    unit_price=_price(one, price),
                    unit_cost=price.cost,
                )
            )
        except DomainError as refusal:
            errors[one.key] = refusal.text(translate=gettext)
    return Reading(tuple(changes), errors)


def _price(one: Typed, price: DeskPrice) -> Decimal | None:
    """Give the price that counts; None where both fields are empty: back to margins."""
    if one.by_margin and one.margin:
        margin = read_amount(one.margin, field="margin", integer_digits_max=6)
        return price_for_margin(
            cost=price.cost or Decimal(0), margin=margin / 100, digits=words.digits_of(price)
        )
    if not one.price or one.by_margin:
        return None
    return read_amount(one.price, field="unit_price", integer_digits_max=UNIT_PRICE_INTEGER_DIGITS)
