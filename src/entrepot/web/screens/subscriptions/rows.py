"""Rows and columns of a list as the template and the export take them."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel.numbers import get_currency_symbol
from django.utils.translation import gettext, pgettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.queries import ORDERS, ListRow, Order
from entrepot.web.screens.subscriptions import words
from entrepot.web.screens.subscriptions.asked import Asked
from entrepot.web.ui.parts import Column

MONEY_KEYS = frozenset({"price", "cost", "margin"})
_SORTS = {"customer": Order.CUSTOMER, "ends": Order.ENDS}


@dataclass(frozen=True, slots=True)
class Row:
    """One subscription as the list shows it, in the reader's words: a filter for every cell of a page costs too much.

    `amount` is what selected rows add up. The `bare` texts are without the currency that the heading names. Without
    prices they are all empty.
    """

    id: int
    key: str
    url: str
    number: str
    customer: str
    seller: str
    plan: str
    term: str
    state: str
    quantity: str
    currency: str
    amount: str
    price: str
    price_bare: str
    cost: str
    cost_bare: str
    margin: str
    is_loss: bool
    ends: str
    ends_note: str
    is_open: bool


def row(asked: Asked, found: ListRow) -> Row:
    """Build the row of a subscription."""
    cash = None if found.is_usage else found.cash
    margin = cash.margin if cash else None
    return Row(
        id=found.id,
        key=str(found.id),
        url=asked.query(open=found.id),
        number=words.number(found.id),
        customer=found.customer_name,
        seller=found.seller_name,
        plan=found.plan_name,
        term=words.term(term_months=found.term_months, billing_months=found.billing_months),
        state=words.state(status=found.status, on_hold=found.on_hold, cancel_on=found.cancel_on),
        quantity=words.quantity(found.quantity),
        currency=cash.currency if cash else "",
        amount=str(cash.price) if cash else "",
        price=words.money(cash.price, cash.currency) if cash else _no_price(found),
        price_bare=words.bare_money(cash.price, cash.currency) if cash else _no_price(found),
        cost=words.money(cash.cost, cash.currency) if cash and cash.cost is not None else "",
        cost_bare=words.bare_money(cash.cost, cash.currency)
        if cash and cash.cost is not None
        else "",
        margin=words.share(cash.margin_share) if cash else "",
        is_loss=margin is not None and margin < 0,
        ends=words.day(found.ends_on),
        ends_note=_ends_note(found) if found.ends_on else "",
        is_open=found.id == asked.open_id,
    )


def _no_price(found: ListRow) -> str:
    """Say why a subscription has no price of a month, to people who see prices."""
    return pgettext("price", "by use") if found.is_usage and found.cash else ""


def shown_keys(viewer: Viewer, keys: Sequence[str]) -> tuple[str, ...]:
    """Leave out the money columns for people who see no prices."""
    if viewer.can(Capability.VIEW_PRICES):
        return tuple(keys)
    return tuple(key for key in keys if key not in MONEY_KEYS)


def one_currency(rows: Sequence[Row]) -> str:
    """Return the currency that all amounts of a page are in, empty if they differ."""
    found = {row.currency for row in rows if row.currency}
    return found.pop() if len(found) == 1 else ""


def columns(asked: Asked, keys: Sequence[str], *, currency: str) -> list[Column]:
    """Build the headings: sortable where an index carries the order. A seller stands below the customer's name."""
    shown = [key for key in keys if key != "seller" or "customer" not in keys]
    return [_column(asked, key, currency) for key in shown]


def heading(key: str) -> str:
    """Name a column."""
    return {
        "customer": gettext("Customer"),
        "seller": gettext("Seller"),
        "plan": gettext("Plan"),
        "status": gettext("Status"),
        "quantity": gettext("Quantity"),
        "price": gettext("Price"),
        "cost": gettext("Cost"),
        "margin": gettext("Margin"),
        "term": gettext("Term"),
        "ends": gettext("Ends"),
    }[key]


_WIDTHS = {
    "customer": None,
    "seller": 130,
    "plan": None,
    "status": 120,
    "quantity": 70,
    "price": 112,
    "cost": 86,
    "margin": 76,
    "term": 256,
    "ends": 138,
}
_NUMERIC = frozenset({"quantity", "price", "cost", "margin", "ends"})


def _column(asked: Asked, key: str, currency: str) -> Column:
    label = heading(key)
    if key == "price":
        label = (
            gettext("Price, %(currency)s/mo") % {"currency": _symbol(currency)}
            if currency
            else gettext("Price/mo")
        )
    order = _SORTS.get(key)
    wanted = asked.wanted
    if order is None or order not in ORDERS[wanted.book][wanted.tab]:
        return Column(label, _WIDTHS[key], numeric=key in _NUMERIC)
    is_current = wanted.sorted_by is order
    turned = f"-{order.value}" if is_current and not wanted.descending else order.value
    return Column(
        label,
        _WIDTHS[key],
        numeric=key in _NUMERIC,
        sort_url=asked.query(sort=turned),
        direction=("descending" if wanted.descending else "ascending") if is_current else "",
    )


def _symbol(currency: str) -> str:
    return str(get_currency_symbol(currency, locale=words.language()[:2]))


def _ends_note(found: ListRow) -> str:
    if found.ended_on is not None:
        return gettext("ended")
    if found.cancel_on is not None:
        return gettext("cancelled")
    if found.term_end is None and found.trial_end is not None:
        return gettext("trial ends")
    return gettext("renews") if found.auto_renew else gettext("ends")
