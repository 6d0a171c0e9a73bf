"""The tables of a subscription's page: resources, agreed prices, use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext

from entrepot.domain.subscriptions.queries import PriceRow, ResourceRow, SubscriptionFacts
from entrepot.web.screens.subscriptions import words
from entrepot.web.screens.subscriptions.levels import level
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column

_PPM = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class ResourceShown:
    """One resource: what was bought, what of it is used, and its price."""

    name: str
    unit: str
    quantity: Decimal
    is_measured: bool
    included: Decimal
    used: Decimal
    used_note: str
    is_over: bool
    unit_price: str
    has_levels: bool
    unit_cost: str
    is_factor: bool
    discount: str
    overuse: str

    @property
    def bar_max(self) -> Decimal:
        """Give the end of the bar: what is included, or all that was used."""
        return max(self.included, self.used, Decimal(1))


@dataclass(frozen=True, slots=True)
class PriceShown:
    """One agreed price in formatted figures."""

    resource: str
    kind: str
    valid_from: date
    valid_to: date | None
    is_current: bool
    price: str
    cost: str
    discount: str
    origin: str


def resource_shown(facts: SubscriptionFacts, row: ResourceRow, *, used: Decimal) -> ResourceShown:
    """Format a resource; `used` is what was measured in the running period."""
    currency = facts.money.currency
    over = max(Decimal(0), used - row.included)
    return ResourceShown(
        name=row.name,
        unit=words.unit(row.unit, fallback="", number=row.quantity),
        quantity=row.quantity,
        is_measured=row.is_measured,
        included=row.included,
        used=used,
        used_note=_used_note(row, used=used),
        is_over=over > 0,
        unit_price="" if row.unit_price is None else _price(row.unit_price, currency, facts),
        has_levels=row.has_levels,
        unit_cost="" if row.unit_cost is None else _price(row.unit_cost, currency, facts),
        is_factor=facts.plan.is_usage,
        discount=_promoted(row, facts.dates.term_end),
        overuse=""
        if row.overuse_price is None
        else gettext("above it %(price)s each")
        % {"price": words.money(row.overuse_price.normalize(), currency)},
    )


def price_shown(row: PriceRow) -> PriceShown:
    """Format an agreed price."""
    is_factor = row.kind.value == "usage"
    return PriceShown(
        resource=row.resource,
        kind=" · ".join(part for part in (words.kind(row.kind.value), level(row.level)) if part),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        is_current=row.valid_to is None,
        price=_figure(row.unit_price, row.currency, is_factor=is_factor),
        cost=""
        if row.unit_cost is None
        else _figure(row.unit_cost, row.currency, is_factor=is_factor),
        discount=_discount(row.discount_ppm, row.discount_label),
        origin=_origin(row),
    )


def resource_columns(facts: SubscriptionFacts, rows: Sequence[ResourceRow]) -> list[Column]:
    """Name the columns of the resources: use where some is measured, prices for who sees them, cost for the seller."""
    found = [
        Column(gettext("Resource")),
        Column(gettext("Quantity"), 96, numeric=True),
    ]
    if any(row.is_measured for row in rows):
        found.append(Column(gettext("Used this period"), 200))
    if facts.money.tier is not None:
        found.append(Column(gettext("Unit price"), 112, numeric=True))
    if facts.money.is_seller:
        found.append(Column(gettext("Unit cost"), 112, numeric=True))
    return found


def price_columns(facts: SubscriptionFacts) -> list[Column]:
    """Name the columns of the agreed prices; cost and origin only for the seller."""
    found = [
        Column(gettext("Resource")),
        Column(gettext("From, to"), 116),
        Column(gettext("Unit price"), 96, numeric=True),
    ]
    if facts.money.is_seller:
        found += [Column(gettext("Unit cost"), 108, numeric=True)]
    found.append(Column(gettext("Discount"), 84, numeric=True))
    if facts.money.is_seller:
        found.append(Column(gettext("Where from"), 140))
    return found


def usage_columns(facts: SubscriptionFacts) -> list[Column]:
    """Name the columns of pay-as-you-go use; what the vendor billed only for the provider."""
    found = [
        Column(gettext("Used"), None),
        Column(gettext("Month"), 140),
        Column(gettext("Quantity"), 150, numeric=True),
        Column(gettext("Price"), 120, numeric=True),
    ]
    if facts.money.is_seller and facts.money.tier == 1:
        found.append(Column(gettext("Vendor's cost"), 130, numeric=True))
    return found


def _used_note(row: ResourceRow, *, used: Decimal) -> str:
    if not row.is_measured:
        return ""
    unit = words.unit(row.unit, fallback="")
    text = gettext("%(used)s of %(included)s %(unit)s included") % {
        "used": words.quantity(used.normalize() if used else used),
        "included": words.quantity(row.included),
        "unit": unit,
    }
    return " ".join(text.split())


def _price(value: Decimal, currency: str, facts: SubscriptionFacts) -> str:
    return _figure(value, currency, is_factor=facts.plan.is_usage)


def _figure(value: Decimal, currency: str, *, is_factor: bool) -> str:
    exact = value.normalize() if value else Decimal(0)
    return f"× {words.quantity(exact)}" if is_factor else words.unit_money(exact, currency)


def _discount(ppm: int, label: str) -> str:
    if not ppm:
        return ""
    share = formats.percent(Decimal(ppm) / _PPM, language=words.language())
    return f"{share} {label}".strip()


def _promoted(row: ResourceRow, term_end: date | None) -> str:
    """Write a discount; one of a promotion with the end of the term, up to which it holds."""
    text = _discount(row.discount_ppm, row.discount_label)
    if not (text and row.is_promotion and term_end):
        return text
    return gettext("%(discount)s until %(day)s") % {"discount": text, "day": words.day(term_end)}


def _origin(row: PriceRow) -> str:
    found = {
        "own_price": gettext("Own price"),
        "price_list": gettext("Price list"),
        "margin_rule": _rule(row),
    }.get(row.origin, "")
    if row.list_name:
        found = f"{found} · {row.list_name}" if found else row.list_name
    if row.exchange_rate is not None:
        rate = words.quantity(row.exchange_rate.normalize())
        found = gettext("%(origin)s · rate %(rate)s") % {"origin": found, "rate": rate}
    return found


def _rule(row: PriceRow) -> str:
    if row.basis is None or row.percent_ppm is None:
        return ""
    share = formats.percent(Decimal(row.percent_ppm) / _PPM, language=words.language(), signed=True)
    if row.basis.value == "cost":
        return gettext("Cost %(share)s") % {"share": share}
    return gettext("Retail price %(share)s") % {"share": share}
