"""The marketplace: published plans by category, searched and paged, with the viewer's prices."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.resale.buyers import Buyer, Market
from entrepot.domain.resale.offers import Offer, OfferPage, list_offers
from entrepot.flows.marketplace_promotions import Promised, promised
from entrepot.flows.orders import order_day
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.home.words import number
from entrepot.web.screens.marketplace import store, words
from entrepot.web.screens.marketplace.asked import Asked, buyer_of, read
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Chip, Column, Pager, Tab

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Row:
    """One plan as the list shows it; the amounts are empty where they are not shown."""

    url: str
    name: str
    service: str
    vendor: str
    icon: str
    term: str
    trial: str
    price: str
    basis: str
    cost: str
    margin: str
    was: str
    promotion: str


@screen(Capability.VIEW_SUBSCRIPTIONS)
def marketplace(request: SignedInRequest) -> HttpResponse:
    """Show what can be bought, for the viewer or for the account that it buys for."""
    viewer, asked = request.viewer, read(request.GET)
    buyer = buyer_of(request, asked.account)
    today = order_day(now=request.now)
    page = list_offers(
        viewer,
        buyer=buyer,
        on_day=today,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        search=asked.text,
        category_id=asked.category,
        after=asked.after,
    )
    cheaper = promised(buyer=buyer, offers=page.rows, on_day=today)
    keep = {"for": asked.account, "category": asked.category}
    context = {
        **cart_head(request),
        "lead": _lead(viewer, buyer),
        "choose_url": links.address(viewer, "cart-customer")
        if viewer.can(Capability.MANAGE_SUBSCRIPTIONS)
        else "",
        "tabs": _tabs(asked, page),
        "columns": _columns(buyer.market),
        "market": buyer.market,
        "rows": [_row(viewer, one, buyer.market, asked, cheaper.get(one.id)) for one in page.rows],
        "asked": asked,
        "keep": {name: value for name, value in keep.items() if value is not None},
        "chips": [Chip(f"“{asked.text}”", asked.url(q=""))] if asked.text else [],
        "clear_url": asked.url(q="", category=""),
        "is_filtered": bool(asked.text) or asked.category is not None,
        "pager": keep_size(_pager(asked, page), request.GET),
    }
    return render(request, "screens/marketplace/list.html", context)


def cart_head(request: SignedInRequest) -> dict[str, object]:
    """Give the way to the cart, with the number of plans in it, for who may order."""
    viewer = request.viewer
    if not viewer.can(Capability.MANAGE_SUBSCRIPTIONS):
        return {"cart_url": ""}
    lines = len(store.read(request.session, viewer).lines)
    text = ngettext("Cart, %(n)s plan", "Cart, %(n)s plans", lines) % {"n": lines}
    return {
        "cart_url": links.address(viewer, "cart"),
        "cart_label": text if lines else gettext("Cart"),
    }


def _lead(viewer: Viewer, buyer: Buyer) -> str:
    if viewer.panel is Panel.CUSTOMER:
        return ""
    if buyer.account_id == viewer.account_id:
        return gettext("For your own use, at your price.")
    if buyer.account_id is not None:
        return gettext("For %(name)s.") % {"name": buyer.name}
    if viewer.panel is Panel.PROVIDER:
        return gettext("What you sell to resellers and direct customers.")
    return gettext("What you sell to your customers.")


def _tabs(asked: Asked, page: OfferPage) -> list[Tab]:
    total = sum(shelf.plans for shelf in page.shelves)
    whole = Tab(
        gettext("All"), asked.url(category=""), number(total), current=asked.category is None
    )
    return [
        whole,
        *(
            Tab(
                shelf.name or gettext("Other"),
                asked.url(category=str(shelf.id)),
                number(shelf.plans),
                current=asked.category == shelf.id,
                icon=shelf.icon,
            )
            for shelf in page.shelves
        ),
    ]


def _columns(market: Market | None) -> list[Column]:
    columns = [
        Column(gettext("Plan")),
        Column(gettext("Vendor"), 180),
        Column(gettext("Period"), 190),
    ]
    if market is not None and market.sees_price:
        columns.append(Column(gettext("Price from"), 170, numeric=True))
    if market is not None and market.sees_cost:
        columns.append(Column(gettext("Your cost"), 120, numeric=True))
        columns.append(Column(gettext("Margin"), 90, numeric=True))
    return columns


def _row(
    viewer: Viewer, sold: Offer, market: Market | None, asked: Asked, promotion: Promised | None
) -> Row:
    offer = promotion.after if promotion else sold
    cheapest = offer.cheapest or next(iter(offer.periods), None)
    price = words.recurring(offer, cheapest) if cheapest else None
    query = {"for": str(asked.account)} if asked.account else {}
    is_shown = market is not None and market.sees_price and price is not None
    return Row(
        url=links.address(viewer, "offer", offer.id, **query),
        name=offer.name,
        service=offer.service if offer.service != offer.name else "",
        vendor=offer.vendor,
        icon=offer.icon,
        term=words.period(cheapest) if cheapest else gettext("No period on sale"),
        trial=words.trial(cheapest.trial_days) if cheapest else "",
        price=words.unit_price(price),
        basis=words.basis(offer, cheapest) if is_shown and cheapest else _no_price(offer),
        cost=words.unit_cost(price),
        margin=words.margin(price),
        was=words.price_before(promotion, cheapest) if cheapest else "",
        promotion=promotion.name if promotion else "",
    )


def _no_price(offer: Offer) -> str:
    return gettext("billed by use") if offer.is_usage else gettext("no price yet")


def _pager(asked: Asked, page: OfferPage) -> Pager:
    before = asked.trail[-1] if asked.trail else None
    return Pager(
        previous_url=asked.url(after=before, trail=asked.trail[:-1])
        if asked.after is not None
        else "",
        next_url=asked.url(after=page.after, trail=asked.onward) if page.after else "",
    )
