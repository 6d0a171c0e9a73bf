"""Set a seller's own price of a vendor's SKU, which replaces cost plus margins for usage (decision 19)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from django.db import transaction

from entrepot.domain.parties.models import Account
from entrepot.domain.resale.commands.prices import check_day, lock_seller, value_in_the_way
from entrepot.domain.resale.errors import ResaleInput
from entrepot.domain.resale.models import SkuPrice, SkuPriceBand
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.money import exponent, quantize_unit_price

BANDS_MAX = 20
_TEXTS = {"provider_name": 120, "sku_id": 200, "pricing_unit": 120}


@dataclass(frozen=True, slots=True)
class Band:
    """The price of a unit above `lower_limit` units a month, up to the next band."""

    lower_limit: Decimal
    unit_price: Decimal


def set_sku_price(
    *,
    seller_id: int,
    provider_name: str,
    sku_id: str,
    pricing_unit: str,
    currency: str,
    bands: Sequence[Band],
    valid_from: date,
    actor: Actor,
    now: datetime,
) -> int:
    """Set what a seller charges for the usage of a SKU from a month on; return the price's id.

    `bands` are 1 to 20 with rising lower limits, the first 0; each prices only the units that lie in it. Without
    bands the SKU goes back to cost plus margins. `valid_from` is the first day of a month. The same
    price again changes nothing. Usage is rated by it when it is rated next.
    Raises: NoSuchObject; ResaleInput; kernel MoneyError; ResaleConflict `sku_price_in_the_way`.
    """
    with transaction.atomic():
        seller = lock_seller(seller_id)
        goods = _goods(provider_name, sku_id, pricing_unit, currency)
        wanted = check_bands(bands)
        newest = _newest(seller, goods, wanted, valid_from)
        known = _bands_of(newest)
        if newest is not None and newest.valid_from == valid_from:
            return newest.id
        row = SkuPrice.objects.create(seller=seller, **goods, valid_from=valid_from)
        SkuPriceBand.objects.bulk_create(
            SkuPriceBand(sku_price=row, lower_limit=band.lower_limit, unit_price=band.unit_price)
            for band in wanted
        )
        record(
            actor=actor,
            now=now,
            action="sku_price_set",
            object_kind="account",
            object_id=seller.id,
            object_label=seller.name,
            tenant_id=seller.tenant_id,
            before={"bands": _words(known)},
            after={
                **goods,
                "bands": _words(wanted),
                "valid_from": valid_from.isoformat(),
            },
        )
    return row.id


def check_sku_price(
    *,
    seller_id: int,
    provider_name: str,
    sku_id: str,
    pricing_unit: str,
    currency: str,
    bands: Sequence[Band],
    valid_from: date,
) -> None:
    """Refuse what `set_sku_price` would refuse, and write nothing. Raises: as `set_sku_price`."""
    with transaction.atomic():
        goods = _goods(provider_name, sku_id, pricing_unit, currency)
        _newest(lock_seller(seller_id), goods, check_bands(bands), valid_from)


def _newest(
    seller: Account, goods: Mapping[str, str], wanted: Sequence[Band], valid_from: date
) -> SkuPrice | None:
    """Find the price that the wanted one follows, or that is the wanted one; refuse any other."""
    check_day(valid_from, field="valid_from")
    if valid_from.day != 1:
        raise ResaleInput(
            "sku_price_mid_month",
            "Usage is priced by whole months; {day} is not the first of one.",
            field="valid_from",
            next_step="Give the first day of a month.",
            day=valid_from,
        )
    newest = SkuPrice.objects.filter(seller=seller, **goods).order_by("-valid_from").first()
    is_late = newest is not None and newest.valid_from >= valid_from
    is_same = newest is not None and newest.valid_from == valid_from and _bands_of(newest) == wanted
    if newest is not None and is_late and not is_same:
        raise value_in_the_way("sku_price_in_the_way", seller, newest.valid_from)
    return newest


def _goods(provider_name: str, sku_id: str, pricing_unit: str, currency: str) -> Mapping[str, str]:
    exponent(currency)
    texts = {"provider_name": provider_name, "sku_id": sku_id, "pricing_unit": pricing_unit}
    return {**{name: _text(name, value) for name, value in texts.items()}, "currency": currency}


def _bands_of(price: SkuPrice | None) -> list[Band]:
    if price is None:
        return []
    rows = SkuPriceBand.objects.filter(sku_price=price).order_by("lower_limit")
    return [Band(row.lower_limit, row.unit_price) for row in rows]


def _words(bands: Sequence[Band]) -> list[str]:
    return [f"{band.lower_limit.normalize():f}: {band.unit_price.normalize():f}" for band in bands]


def _text(name: str, value: str) -> str:
    cleaned = value.strip()
    if not cleaned or len(cleaned) > _TEXTS[name] or not cleaned.isprintable():
        raise ResaleInput(
            "sku_text_unusable",
            "Provider, SKU and unit are written as in the vendor's file, in at most {most} characters.",
            field=name,
            next_step="Copy it from a line of an imported usage file.",
            most=_TEXTS[name],
        )
    return cleaned


def check_bands(bands: Sequence[Band]) -> list[Band]:
    """Give bands as they are stored, with twelve decimals.

    Raises: ResaleInput `sku_bands_unordered`, `price_negative`; kernel MoneyError.
    """
    exact = [
        Band(quantize_unit_price(band.lower_limit), quantize_unit_price(band.unit_price))
        for band in bands
    ]
    limits = [band.lower_limit for band in exact]
    rising = all(low < high for low, high in pairwise(limits))
    if len(exact) > BANDS_MAX or (limits and limits[0] != 0) or not rising:
        raise ResaleInput(
            "sku_bands_unordered",
            "A price has at most {most} bands; the first begins at 0 and each further one above the one before.",
            field="bands",
            next_step="Correct the lower limits.",
            most=BANDS_MAX,
        )
    # The kernel refuses numbers of more than twelve digits; a first limit of 0 leaves none below it.
    if any(band.unit_price < 0 for band in exact):
        raise ResaleInput(
            "price_negative",
            "A price cannot be below zero.",
            field="bands",
            next_step="Give zero or more.",
        )
    return exact
