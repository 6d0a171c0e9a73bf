"""The lists of orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext

from entrepot.domain.ordering.approvals import waiting_for
from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.lifecycle import SHOWN, Code, Shown
from entrepot.domain.ordering.queries import (
    BuyerType,
    OrderPage,
    OrderRow,
    ViewCount,
    list_orders,
    tab_counts,
)
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.kernel.money import Money
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.orders import words
from entrepot.web.screens.orders.asked import FILTERS, Asked, read
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.parts import Chip, Column, Pager, Tab
from entrepot.web.ui.shell import Link

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class ListRow:
    """One order as the list shows it, in the reader's words."""

    id: int
    url: str
    number: str
    customer: str
    seller: str
    plan: str
    kind: str
    state: str
    first: str
    margin: str
    trial: str
    placed: str
    purchase_order: str
    waits_for_you: bool


@screen(Capability.VIEW_ORDERS)
def order_list(
    request: SignedInRequest, *, name: str, side: Side, columns: Sequence[str]
) -> HttpResponse:
    """Show the orders of one side, newest first."""
    viewer, asked = request.viewer, read(request.GET, side=side)
    counts = tab_counts(viewer, side=side)
    page = list_orders(
        viewer,
        wanted=asked.wanted,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        before=asked.before,
        after=asked.after,
    )
    is_first = asked.before is None and asked.after is None
    keys = shown_keys(viewer, columns)
    mine = waiting_for(viewer, order_ids=[one.id for one in page.rows])
    context = {
        "title": gettext("All orders") if viewer.panel is Panel.PROVIDER else gettext("Orders"),
        "crumbs": crumbs(viewer, side),
        "tabs": _tabs(asked, counts),
        "columns": [_column(key) for key in keys],
        "shows": dict.fromkeys(keys, True),
        "rows": [_row(viewer, one, name=name, mine=mine) for one in page.rows],
        "asked": asked,
        "chips": _chips(asked),
        "keep": asked.kept("q"),
        "hint": _hint(side),
        "automatic_url": _automatic_url(viewer, asked, side),
        "clear_url": asked.query(**dict.fromkeys(("q", *FILTERS))),
        "all_url": asked.view(None),
        "pager": _pager(asked, page, counts),
        "first_url": "" if is_first else asked.query(),
        "export_url": f"{links.address(viewer, f'{name}s-export')}{asked.query()}",
        **_filters(viewer, asked, side),
    }
    return render(request, "screens/orders/list.html", context)


def crumbs(viewer: Viewer, side: Side) -> list[Link]:
    """Say in which part of the panel a list stands."""
    if viewer.panel is not Panel.RESELLER:
        return []
    return [Link(gettext("Account") if side is Side.BOUGHT else gettext("Customers"), "")]


def shown_keys(viewer: Viewer, keys: Sequence[str]) -> tuple[str, ...]:
    """Leave out the amount for people who see no prices."""
    return tuple(k for k in keys if k != "amount" or viewer.can(Capability.VIEW_PRICES))


def _automatic_url(viewer: Viewer, asked: Asked, side: Side) -> str:
    """Lead from renewals to those that come by themselves: they are no orders (docs/decisions/0016)."""
    if asked.wanted.kind is not OrderKind.RENEWAL:
        return ""
    is_own = side is Side.BOUGHT and viewer.panel is Panel.RESELLER
    return links.address(viewer, "own-subscriptions" if is_own else "subscriptions", tab="renewing")


def _hint(side: Side) -> str:
    return (
        gettext("Order number or ID") if side is Side.BOUGHT else gettext("Customer, order or ID")
    )


def _tabs(asked: Asked, counts: Mapping[Shown | None, ViewCount]) -> list[Tab]:
    views: list[Shown | None] = [None, *Shown]
    return [
        Tab(
            gettext("All") if view is None else words.shown(view),
            asked.view(view),
            _count(counts[view]),
            current=view is asked.wanted.shown,
        )
        for view in views
    ]


def _count(count: ViewCount) -> str:
    return f"{home_words.number(count.rows)}{'+' if count.more else ''}"


_WIDTHS = {
    "customer": 240,
    "seller": 220,
    "plan": None,
    "status": 210,
    "amount": 132,
    "placed": 200,
}


def _column(key: str) -> Column:
    label = {
        "customer": gettext("Customer"),
        "seller": gettext("Seller"),
        "plan": gettext("Plan"),
        "status": gettext("Status"),
        "amount": gettext("First bill"),
        "placed": gettext("Ordered"),
    }[key]
    return Column(label, _WIDTHS[key], numeric=key in ("amount", "placed"))


def _row(viewer: Viewer, row: OrderRow, *, name: str, mine: frozenset[int]) -> ListRow:
    return ListRow(
        id=row.id,
        url=links.address(viewer, name, row.id),
        number=row.number,
        customer=row.customer_name,
        seller=row.seller_name,
        plan=row.plan_name,
        kind="" if row.kind is OrderKind.SALES else words.kind(row.kind),
        state=words.badge(viewer, row),
        first=_first(row),
        margin=_margin(row),
        trial=gettext("trial") if row.trial_days else "",
        placed=words.stamp(row.placed_at),
        purchase_order=row.purchase_order,
        waits_for_you=row.id in mine,
    )


def _first(row: OrderRow) -> str:
    """Write the first bill of the viewer's own sale, else of the one that the viewer may see."""
    if row.own is not None:
        return home_words.money(Money.rounded(row.own.price.first, currency=row.own.currency))
    if row.first_amount is None:
        return ""
    return home_words.money(Money.rounded(row.first_amount, currency=row.currency))


def _margin(row: OrderRow) -> str:
    """Write what of it is left to the viewer; empty for buyers and where it is not known."""
    own = row.own
    if own is None or own.cost is None:
        return ""
    left = Money.rounded(own.price.first - own.cost.first, currency=own.currency)
    return gettext("margin %(amount)s") % {"amount": home_words.money(left)}


def _chips(asked: Asked) -> list[Chip]:
    wanted, chips = asked.wanted, []
    if wanted.text:
        chips.append(Chip(f"“{wanted.text}”", asked.query(q=None)))
    if wanted.code is not None:
        chips.append(Chip(words.code(wanted.code), asked.query(status=None)))
    if wanted.buyer is not None:
        chips.append(Chip(words.buyer(wanted.buyer), asked.query(buyer=None)))
    if wanted.kind is not None:
        chips.append(Chip(words.kind(wanted.kind), asked.query(kind=None)))
    return chips


def _filters(viewer: Viewer, asked: Asked, side: Side) -> dict[str, object]:
    """Give what the filter form needs: its choices, its values, and what it carries along."""
    everything = ("", pgettext("filter", "All"))
    view = asked.wanted.shown
    codes = [code for code in Code if view in (None, SHOWN[code])]
    types = list(BuyerType) if viewer.panel is Panel.PROVIDER else [*BuyerType][:2]
    return {
        "form": {key: asked.values.get(key, "") for key in FILTERS},
        "form_keep": asked.kept(*FILTERS),
        "codes": [everything, *((code.value, words.code(code)) for code in codes)],
        "offers_codes": viewer.panel is not Panel.CUSTOMER,
        "buyers": [everything, *((one.value, words.buyer(one)) for one in types)],
        "offers_buyers": side is not Side.BOUGHT,
        "kinds": [everything, *((one.value, words.kind(one)) for one in OrderKind)],
    }


def _pager(asked: Asked, page: OrderPage, counts: Mapping[Shown | None, ViewCount]) -> Pager:
    return Pager(
        previous_url=asked.query(after=page.after) if page.after else "",
        next_url=asked.query(before=page.before) if page.before else "",
        summary="" if asked.wanted.is_narrow else _summary(counts[asked.wanted.shown]),
    )


def _summary(count: ViewCount) -> str:
    if count.more:
        return gettext("More than %(n)s orders") % {"n": home_words.number(count.rows)}
    text = ngettext("%(n)s order", "%(n)s orders", count.rows)
    return text % {"n": home_words.number(count.rows)}
