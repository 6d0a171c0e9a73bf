"""Words of the price manager: what a price is for, what made it, and figures as its inputs take them."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.resale.commands import MarginBasis
from entrepot.domain.resale.desk_quotes import PricePlace
from entrepot.domain.resale.price_desk import DeskPrice, DeskRow, Source
from entrepot.kernel.money import exponent, round_amount
from entrepot.web.screens.subscriptions import words
from entrepot.web.ui import formats
from entrepot.web.ui.numbers import field_text

FACTOR_DECIMALS = 6
PERCENT_DECIMALS = 2
_KINDS = {
    PriceKind.SETUP: pgettext_lazy("price", "Set-up, once"),
    PriceKind.RENEWAL: pgettext_lazy("price", "Renewal, with each further term"),
    PriceKind.OVERUSE: pgettext_lazy("price", "Overuse"),
    PriceKind.USAGE: pgettext_lazy("price", "Pay as you go, factor"),
}
_LEVELS = {
    Source.DEFAULT: gettext_lazy("Default"),
    Source.VENDOR: gettext_lazy("Vendor"),
    Source.CATEGORY: gettext_lazy("Category"),
    Source.PLAN: gettext_lazy("Plan"),
}


def place_label(place: PricePlace) -> str:
    """Name a place of sale: the market and the currencies."""
    if place.cost_currency in {"", place.currency}:
        return f"{place.market} · {place.currency}"
    return f"{place.market} · {place.cost_currency} → {place.currency}"


def period(row: DeskRow) -> str:
    """Write the term of a plan period and how it is billed."""
    return words.term(term_months=row.term_months, billing_months=row.billing_months)


def kind(of: PriceKind) -> str:
    """Name what is charged; nothing for the usual price of a period."""
    return str(_KINDS.get(of, ""))


def what(row: DeskRow, price: DeskPrice) -> str:
    """Say what a price of a plan period is for."""
    return " · ".join(part for part in (period(row), kind(price.kind)) if part)


def code(row: DeskRow) -> str:
    """Write the vendor's code of a plan, with its segment."""
    segment = f", {words.segment(row.segment)}" if row.segment else ""
    return f"{row.product_code}:{row.sku_code}{segment}"


def unit_money(value: Decimal | None, price: DeskPrice) -> str:
    """Write an amount of one unit, or a factor; a dash for none."""
    if value is None:
        return formats.EMPTY
    if price.kind is PriceKind.USAGE:
        return f"× {words.quantity(round_amount(value, exp=FACTOR_DECIMALS).normalize())}"
    return words.unit_money(value, price.currency)


def typed(value: Decimal | None, *, digits: int) -> str:
    """Write a number for an input: digits without groups, at least `digits` decimals."""
    if value is None:
        return ""
    plain = value.normalize()
    places = max(digits, -int(plain.as_tuple().exponent))
    return field_text(f"{value:.{places}f}")


def price_text(price: DeskPrice) -> str:
    """Write a price for its input."""
    digits = 0 if price.kind is PriceKind.USAGE else exponent(price.currency)
    return typed(price.price, digits=digits)


def margin_text(price: DeskPrice) -> str:
    """Write a margin in percent for its input."""
    if price.margin is None:
        return ""
    return typed(round_amount(price.margin * 100, exp=PERCENT_DECIMALS), digits=PERCENT_DECIMALS)


def digits_of(price: DeskPrice) -> int:
    """Say to how many decimals a price is rounded that follows from a margin."""
    return FACTOR_DECIMALS if price.kind is PriceKind.USAGE else exponent(price.currency)


def source(price: DeskPrice) -> str:
    """Say what made a price."""
    return _source(price.problem, price.source, price.basis, price.percent_ppm, words.language())


@lru_cache(maxsize=1024)
def _source(
    problem: str | None,
    made_by: Source,
    basis: MarginBasis | None,
    percent_ppm: int | None,
    _language: str,
) -> str:
    """Say it once for the many prices that one margin makes."""
    if problem == "no_exchange_rate":
        return gettext("No exchange rate")
    if made_by is Source.OWN:
        return gettext("Own price")
    if percent_ppm is None:
        return gettext("No price")
    return f"{level(made_by)}: {percent_of(basis, percent_ppm)}"


def level(source_of: Source) -> str:
    """Name a level of margins."""
    return str(_LEVELS.get(source_of, ""))


def percent_of(basis: MarginBasis | None, percent_ppm: int) -> str:
    """Write a percentage with what it is taken of."""
    share = formats.percent(
        Decimal(percent_ppm) / 1_000_000, language=words.language(), signed=True
    )
    if basis is MarginBasis.RETAIL:
        return gettext("%(percent)s of the retail price") % {"percent": share}
    return gettext("%(percent)s of the cost") % {"percent": share}


def chosen(places: Sequence[PricePlace], key: str) -> PricePlace | None:
    """Find the place that an address names; the first one for any other text, None if there is none."""
    return next((place for place in places if place.key == key), places[0] if places else None)
