"""The cart as its buyer sees it: what can be ordered, what cannot and why, and what it will be billed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from entrepot.domain.ordering.commands import Cart, Estimate, EstimatedLine, Line
from entrepot.domain.ordering.queries import OrderFilter, OrderRow, list_orders
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.models import Connector
from entrepot.domain.resale.buyers import Buyer, Market
from entrepot.domain.resale.offers import Offer, OfferResource, offers_of_periods
from entrepot.domain.resale.promotions import renewed_until
from entrepot.domain.subscriptions.commands.locked import require_may_order
from entrepot.domain.subscriptions.commands.quantities import check_quantity
from entrepot.domain.subscriptions.errors import PromotionRefused
from entrepot.domain.subscriptions.promotions import Promoted
from entrepot.flows.marketplace_lines import Amounts, CartLine, Saving, SeenCart, SeenLine
from entrepot.flows.marketplace_needs import missing_of, require_needs
from entrepot.flows.orders import estimate_order, order_day, place_order
from entrepot.flows.vendor_parameters import Parameter, parameters_of, read_values
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import parse_decimal
from entrepot.kernel.periods import period_end

_ORDERS_ASKED = 200


def resting_vendors(vendor_ids: Sequence[int]) -> frozenset[int]:
    """Give the vendors that have connectors and none that works, so that nothing can be ordered from them."""
    rows = Connector.objects.filter(vendor_id__in=vendor_ids).values_list("vendor_id", "is_active")
    known = list(rows)
    working = {vendor for vendor, is_active in known if is_active}
    return frozenset(vendor for vendor, _ in known if vendor not in working)


def see_cart(
    viewer: Viewer,
    *,
    buyer: Buyer,
    lines: Sequence[CartLine],
    now: datetime,
    promotion_code: str = "",
) -> SeenCart:
    """Work out a cart; nothing is written and nothing that was typed is lost."""
    day = order_day(now=now)
    checked = _checked(viewer, buyer=buyer, lines=lines, day=day)
    good = [(seen, line) for seen, line in checked if line is not None]
    refusal = _refusal(buyer)
    code_refusal: DomainError | None = None
    found: Estimate | None = None
    if good and buyer.market is not None and buyer.account_id is not None:
        cart = _cart(buyer, [line for _, line in good], promotion_code=promotion_code)
        try:
            found, code_refusal = _estimate(cart, now=now)
        except DomainError as error:
            refusal = refusal or error
    lasting = _lasting(found, buyer.market)
    amounts = (
        dict(zip([seen.line.id for seen, _ in good], found.lines, strict=True)) if found else {}
    )
    seen_lines = tuple(
        _with_amounts(seen, amounts.get(seen.line.id), buyer.market, day, lasting)
        for seen, _ in checked
    )
    return SeenCart(
        lines=seen_lines,
        refusal=refusal,
        code_refusal=code_refusal,
        market=buyer.market,
        confirmed=found.total.first if found else None,
        is_free=bool(found and found.is_free),
        **_totals(seen_lines, found, buyer.market),
    )


def order_cart(
    viewer: Viewer,
    *,
    buyer: Buyer,
    lines: Sequence[CartLine],
    purchase_order: str,
    request_key: str,
    confirmed: Decimal,
    is_free_confirmed: bool,
    actor: Actor,
    now: datetime,
    promotion_code: str = "",
) -> list[int]:
    """Place the orders of a cart in which `see_cart` found nothing in the way; return their ids.

    Raises: CatalogRefused `need_missing`; what `place_order` raises.
    """
    day = order_day(now=now)
    require_needs(viewer, buyer=buyer, lines=lines, on_day=day)
    checked = _checked(viewer, buyer=buyer, lines=lines, day=day)
    wanted = [line for _, line in checked if line is not None]
    return place_order(
        _cart(buyer, wanted, purchase_order, promotion_code),
        request_key=request_key,
        confirmed=confirmed,
        is_free_confirmed=is_free_confirmed,
        actor=actor,
        now=now,
    )


def placed_orders(viewer: Viewer, *, customer_id: int, ids: Sequence[int]) -> tuple[OrderRow, ...]:
    """Give the orders of one cart in the order of its lines, as far as the viewer sees them; one statement."""
    if not ids:
        return ()
    page = list_orders(
        viewer,
        wanted=OrderFilter(customer_id=customer_id),
        limit=_ORDERS_ASKED,
        before=max(ids) + 1,
    )
    wanted = set(ids)
    return tuple(sorted((row for row in page.rows if row.id in wanted), key=lambda row: row.id))


def _estimate(cart: Cart, *, now: datetime) -> tuple[Estimate, DomainError | None]:
    """Work out a cart; without its promotion code, and with the reason, if the code counts for nothing."""
    try:
        return estimate_order(cart, now=now), None
    except DomainError as error:
        if not (isinstance(error, PromotionRefused) or error.code == "promotion_code_unusable"):
            raise
        return estimate_order(replace(cart, promotion_code=""), now=now), error


def _lasting(found: Estimate | None, market: Market | None) -> Mapping[int, date]:
    """Say until before which day promotions of a cart are given at renewals, too; one statement if it has any."""
    if found is None or market is None:
        return {}
    taken = {one.promotion_id for line in found.lines for one in line.promotions.values()}
    return renewed_until(promotion_ids=taken) if taken else {}


def _cart(
    buyer: Buyer, lines: Sequence[Line], purchase_order: str = "", promotion_code: str = ""
) -> Cart:
    return Cart(
        customer_id=buyer.account_id or 0,
        lines=lines,
        chain_id=buyer.market.chain_id if buyer.market else None,
        purchase_order=purchase_order,
        promotion_code=promotion_code,
    )


def _refusal(buyer: Buyer) -> DomainError | None:
    try:
        require_may_order(customer_path=buyer.path)
    except DomainError as error:
        return error
    return None


def _checked(
    viewer: Viewer, *, buyer: Buyer, lines: Sequence[CartLine], day: date
) -> list[tuple[SeenLine, Line | None]]:
    """Read what was typed; give each line with what is in its way, or with what would be ordered."""
    offers = offers_of_periods(
        viewer, period_ids=[line.plan_period_id for line in lines], buyer=buyer, on_day=day
    )
    asked = parameters_of(list(offers.values()))
    resting = resting_vendors([offer.vendor_id for offer in offers.values()])
    lacking, needed = missing_of(viewer, buyer=buyer, lines=lines, on_day=day)
    checked: list[tuple[SeenLine, Line | None]] = []
    for line in lines:
        offer = offers.get(line.plan_period_id)
        by = needed.get(line.id, ())
        if offer is None:
            gone = SeenLine(line, None, None, problem="plan_not_sold", needed_by=by)
            checked.append((gone, None))
            continue
        period = next(one for one in offer.periods if one.id == line.plan_period_id)
        quantities, problem = _quantities(line, offer.chosen)
        values, wrong = read_values(asked.get(offer.id, ()), line.parameters)
        problem = (
            ("connector_inactive" if offer.vendor_id in resting else "")
            or ("" if period.is_priced else "order_price_missing")
            or problem
            or ("parameter_unusable" if wrong else "")
        )
        if not problem and line.id in lacking:
            problem, wrong = lacking[line.id]
        seen = SeenLine(line, offer, period, problem=problem, wrong=wrong, needed_by=by)
        wanted = None if problem else Line(period.id, quantities, values)
        checked.append((seen, wanted))
    return checked


def _quantities(line: CartLine, chosen: Sequence[OfferResource]) -> tuple[dict[int, Decimal], str]:
    """Read the typed units; the second is the code of what is wrong with them."""
    quantities = {}
    for one in chosen:
        try:
            number = parse_decimal(line.quantities.get(one.id, "0") or "0")
            check_quantity(number, is_measured=one.is_measured)
        except DomainError as error:
            return {}, error.code
        quantities[one.id] = number
    return quantities, "" if any(quantities.values()) else "quantity_all_zero"


def _with_amounts(
    seen: SeenLine,
    found: EstimatedLine | None,
    market: Market | None,
    day: date,
    lasting: Mapping[int, date],
) -> SeenLine:
    if found is None or market is None or seen.period is None:
        return seen
    tier, months = market.tier, seen.period.billing_months
    paid_from = day + timedelta(days=found.trial_days)
    next_on = period_end(paid_from, months=months, anchor=paid_from.day).natural_end
    bill, cost = found.bills[tier], found.costs[tier]
    later, later_cost = bill, cost
    if seen.period.term_months <= months:
        if (given := found.promotions.get(tier)) and not _is_given(given, lasting, next_on):
            later = found.listed[tier]
        if (given := found.promotions.get(tier - 1)) and not _is_given(given, lasting, next_on):
            later_cost = found.listed_costs[tier]
    return replace(
        seen,
        first=_amounts(market, bill.first, cost.first),
        each=_amounts(market, later.period, later_cost.period),
        paid_from=paid_from,
        next_on=next_on,
        savings=tuple(_savings(found, market)),
    )


def _is_given(one: Promoted, lasting: Mapping[int, date], day: date) -> bool:
    return day < lasting.get(one.promotion_id, date.min)


def _savings(found: EstimatedLine, market: Market) -> Iterator[Saving]:
    tier = market.tier
    given, upstream = found.promotions.get(tier), found.promotions.get(tier - 1)
    if given is not None and market.sees_price:
        less = found.listed[tier].first - found.bills[tier].first
        yield Saving(given.name, less, on_cost=False, by_code=given.is_by_code)
    if upstream is not None and market.sees_cost:
        less = found.listed_costs[tier].first - found.costs[tier].first
        yield Saving(upstream.name, less, on_cost=True, by_code=upstream.is_by_code)


def _amounts(market: Market, price: Decimal, cost: Decimal) -> Amounts:
    return Amounts(price if market.sees_price else None, cost if market.sees_cost else None)


def _totals(
    lines: Sequence[SeenLine], found: Estimate | None, market: Market | None
) -> dict[str, Any]:
    """Add up what the viewer may see; amounts of periods of different lengths stay apart."""
    if found is None or market is None or not market.sees_price:
        return {"first": None, "later": None, "each": {}}
    cost = sum((line.costs[market.tier].first for line in found.lines), Decimal(0))
    each: dict[int, Decimal] = {}
    later = Decimal(0)
    for line in lines:
        if line.period is None or line.each is None or line.first is None:
            continue
        months = line.period.billing_months
        each[months] = each.get(months, Decimal(0)) + (line.each.price or 0)
        later += (line.first.price or Decimal(0)) if line.period.trial_days else 0
    return {
        "first": _amounts(market, found.total.first, cost),
        "later": later,
        "each": dict(sorted(each.items())),
    }


def vendor_questions(offer: Offer) -> tuple[Parameter, ...]:
    """Give what the vendor of a plan asks for with an order."""
    return parameters_of([offer]).get(offer.id, ())
