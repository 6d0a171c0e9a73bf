"""The page of an order."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.ordering.acts import Act
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.queries import OrderRow
from entrepot.domain.ordering.rules import Bill
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.provisioning.details import OperationFacts
from entrepot.flows.order_page import Item, OrderMoney, OrderPage, TakenPromotion, order_page
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.orders import words
from entrepot.web.screens.orders.happenings import approval_text, happenings, note_form
from entrepot.web.screens.orders.listing import crumbs
from entrepot.web.screens.orders.parameters import shown_value
from entrepot.web.screens.orders.track import track
from entrepot.web.screens.promotions import words as promotion_words
from entrepot.web.screens.subscriptions import words as sub_words
from entrepot.web.screens.subscriptions.head import Fact
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column, Part
from entrepot.web.ui.shell import Link


@dataclass(frozen=True, slots=True)
class Button:
    """One act that is legal now."""

    label: str
    url: str
    icon: str
    kind: str


@dataclass(frozen=True, slots=True)
class ItemShown:
    """One ordered resource in the reader's words."""

    name: str
    quantity: str
    price: str
    cost: str


@dataclass(frozen=True, slots=True)
class MoneyShown:
    """The money of an order in formatted figures; cost and margin are empty for the buyer."""

    price: str
    price_label: str
    cost: str
    margin: str
    margin_note: str
    is_negative: bool
    parts: tuple[Part, ...]
    further: tuple[Fact, ...]
    promotions: tuple[Fact, ...]
    changed: str
    asked: str


@screen(Capability.VIEW_ORDERS)
def order(request: SignedInRequest, *, number: int, name: str, side: Side) -> HttpResponse:
    """Show everything about one order."""
    viewer = request.viewer
    found = order_page(viewer, order_id=number, now=request.now)
    row, money = found.row, found.money
    context = {
        "number": row.number,
        "title": row.plan_name,
        "state": words.badge(viewer, row),
        "customer": "" if row.customer_id == viewer.account_id else row.customer_name,
        "customer_url": _customer_url(viewer, row),
        "crumbs": [
            *crumbs(viewer, side),
            Link(gettext("Orders"), links.address(viewer, f"{name}s")),
        ],
        "buttons": _buttons(viewer, found, name=name),
        "notice": _notice(viewer, found),
        "track": track(found.row),
        "facts": _facts(viewer, found),
        "order_id": words.order_id(row.id),
        "subscription": words.subscription_id(row.subscription_id),
        "subscription_url": links.subscription_url(
            viewer, row.subscription_id, is_own=row.customer_id == viewer.account_id
        ),
        "subscription_state": found.subscription.value,
        "money": _money(viewer, found, money) if money else None,
        "items": [_item(one, money) for one in found.items],
        # What one costs is told for new subscriptions; a change is billed by the prices that were agreed.
        "item_columns": _item_columns(money if row.is_for_new else None),
        "shows_price": money is not None and row.is_for_new,
        "shows_cost": money is not None and money.is_seller and row.is_for_new,
        "shows_margin": money is not None and money.is_seller,
        "parameters": [Fact(key, shown_value(value)) for key, value in row.parameters.items()],
        "steps": happenings(viewer, found),
        **note_form(viewer, row.id, name=name),
        **_vendor(found),
    }
    return render(request, "screens/orders/page.html", context)


def button_label(act: Act) -> str:
    """Name an act; the ellipsis says that a page with its consequences follows."""
    return {
        Act.APPROVE: gettext("Approve…"),
        Act.REJECT: gettext("Reject…"),
        Act.ACCEPT: gettext("Mark payment as received…"),
        Act.RESUBMIT: gettext("Resubmit for provisioning…"),
        Act.COMPLETE: gettext("Complete by hand…"),
        Act.FAIL: gettext("Fail by hand…"),
        Act.CANCEL: gettext("Cancel order…"),
    }[act]


_ICONS = {
    Act.APPROVE: "circle-check",
    Act.REJECT: "circle-x",
    Act.ACCEPT: "hand-coins",
    Act.RESUBMIT: "rotate-cw",
    Act.COMPLETE: "circle-check",
    Act.FAIL: "circle-x",
    Act.CANCEL: "ban",
}


def _buttons(viewer: Viewer, found: OrderPage, *, name: str) -> list[Button]:
    """Offer what is legal now; the first that repairs is the primary one."""
    buttons: list[Button] = []
    for act in reversed(Act):
        url = links.address(viewer, f"{name}-{act}", found.row.id) if act in found.acts else ""
        if url:
            kind = "primary" if act in (Act.ACCEPT, Act.RESUBMIT, Act.APPROVE) else ""
            buttons.append(Button(button_label(act), url, _ICONS[act], kind))
    return buttons


def _customer_url(viewer: Viewer, row: OrderRow) -> str:
    kind = AccountKind.RESELLER if row.is_own else AccountKind.CUSTOMER
    return links.account_url(viewer, row.customer_id, kind)


def _notice(viewer: Viewer, found: OrderPage) -> Mapping[str, str] | None:
    """Say what keeps the order from going on, and who is expected to do something."""
    row = found.row
    if row.code is Code.WAITING_FOR_APPROVAL:
        return {"tone": "warn", "icon": "clock-alert", "text": approval_text(found.approval)}
    if row.code is Code.WAITING_FOR_PAYMENT:
        text = gettext("The order is beyond the credit limit and waits for payment.")
        if row.customer_id == viewer.account_id:
            text += " " + gettext("Please pay your supplier, who then lets it go on.")
        return {"tone": "warn", "icon": "circle-dashed", "text": text}
    if row.code is not Code.PROVISIONING_FAILED:
        return None
    if viewer.panel is Panel.CUSTOMER:
        text = gettext(
            "Something went wrong at the vendor. Your supplier sees this and repairs it."
        )
        return {"tone": "bad", "icon": "circle-x", "text": text}
    parts = [words.cause(found.operation.error_class) if found.operation else "", row.error]
    said = ": ".join(dict.fromkeys(part for part in parts if part))
    return {"tone": "bad", "icon": "circle-x", "text": said or gettext("It failed at the vendor")}


def _facts(viewer: Viewer, found: OrderPage) -> list[Fact]:
    row = found.row
    facts = []
    if viewer.account_id != row.seller_id:
        facts.append(Fact(gettext("Seller"), row.seller_name))
    facts.append(
        Fact(
            gettext("Term"),
            sub_words.term(term_months=found.term_months, billing_months=found.billing_months),
        )
    )
    if row.trial_days:
        trial = ngettext("%(n)s day free of charge", "%(n)s days free of charge", row.trial_days)
        facts.append(Fact(gettext("Trial"), trial % {"n": row.trial_days}))
    facts.append(Fact(gettext("Order type"), words.kind(row.kind)))
    facts += _wish_facts(row)
    if row.purchase_order:
        facts.append(Fact(gettext("Purchase order of the buyer"), row.purchase_order))
    facts.append(Fact(gettext("Ordered"), words.stamp(row.placed_at)))
    by = row.placed_by if row.placed_by in found.people else gettext("your supplier")
    facts.append(Fact(gettext("Ordered by"), by))
    if row.closed_at is not None:
        facts.append(Fact(gettext("Closed"), words.stamp(row.closed_at)))
    return facts


def _wish_facts(row: OrderRow) -> list[Fact]:
    """Say what a renewal or a cancellation asks for."""
    if row.term is not None:
        return [Fact(gettext("First day of the term"), sub_words.day(row.term.starts_on))]
    if row.ending is None:
        return []
    facts = [
        Fact(gettext("First day without it"), sub_words.day(row.ending.cancel_on)),
        Fact(gettext("Reason"), row.ending.reason),
    ]
    if row.ending.overtakes:
        facts.append(Fact(gettext("Order that it ended"), row.ending.overtakes))
    return facts


def _first_label(viewer: Viewer, row: OrderRow, *, is_seller: bool) -> str:
    """Say for what the large amount is."""
    if row.changes is not None and row.closed_at is None:
        return gettext("At once, if it is done today")
    if row.changes is not None or row.ending is not None:
        return gettext("At once")
    if row.term is not None:
        return gettext("First bill of the term")
    if not is_seller:
        return gettext("First bill")
    is_last = row.seller_id == viewer.account_id
    return gettext("First bill to the customer") if is_last else gettext("First bill of your sale")


def _money(viewer: Viewer, found: OrderPage, money: OrderMoney) -> MoneyShown:
    shown, currency = money.shown, money.currency
    price = shown.first if shown else None
    margin = None if shown is None or money.cost is None else shown.first - money.cost.first
    share = margin / shown.first if shown and margin is not None and shown.first else None
    # What a cancelled order took was given back, so its price of today says nothing.
    is_changed = money.is_changed and found.row.code is not Code.CANCELLED
    return MoneyShown(
        price=_amount(price, currency),
        price_label=_first_label(viewer, found.row, is_seller=money.is_seller),
        cost=_amount(money.cost.first if money.cost else None, currency),
        margin=_amount(margin, currency),
        margin_note=""
        if share is None
        else gettext("%(share)s of price")
        % {"share": formats.percent(share, language=sub_words.language(), decimals=1)},
        is_negative=margin is not None and margin < 0,
        parts=_parts(money.cost, margin),
        further=_further(found, money, shown),
        promotions=tuple(_promotion(one) for one in money.promotions),
        changed=_amount(money.price.first, currency) if is_changed and money.price else "",
        asked="" if money.asked is None else _amount(money.asked, currency),
    )


def _parts(cost: Bill | None, margin: Decimal | None) -> tuple[Part, ...]:
    if cost is None or margin is None or margin < 0:
        return ()
    return (
        Part(gettext("Cost"), cost.first, "neutral"),
        Part(gettext("Margin"), margin, "ok"),
    )


def _further(found: OrderPage, money: OrderMoney, shown: Bill | None) -> tuple[Fact, ...]:
    """Say what each further period takes: price, and for the seller its cost and margin."""
    if shown is None or found.row.ending is not None:
        return ()
    currency = money.currency
    price = shown.period if money.later is None else money.later
    note = ""
    if money.cost is not None:
        cost = money.cost.period if money.later_cost is None else money.later_cost
        note = gettext("cost %(cost)s, margin %(margin)s") % {
            "cost": _amount(cost, currency),
            "margin": _amount(price - cost, currency),
        }
    label = words.per_period(found.billing_months)
    return (Fact(label, _amount(price, currency), note),)


def _promotion(one: TakenPromotion) -> Fact:
    label = gettext("Promotion on your cost") if one.on_cost else gettext("Promotion")
    less = promotion_words.less(one.recurring_ppm, one.setup_ppm)
    return Fact(label, one.name, gettext("%(less)s, for the first term") % {"less": less})


def _amount(value: Decimal | None, currency: str) -> str:
    return formats.EMPTY if value is None else sub_words.money(value, currency)


def _item(one: Item, money: OrderMoney | None) -> ItemShown:
    currency = money.currency if money else ""
    unit = sub_words.unit(one.unit, fallback="", number=one.quantity)
    quantity = f"{sub_words.quantity(one.quantity)} {unit}".strip()
    if one.before is not None:
        quantity = f"{sub_words.quantity(one.before)} → {quantity}"
    return ItemShown(
        name=one.name,
        quantity=gettext("by use") if one.is_measured and one.before is None else quantity,
        price="" if one.unit_price is None else sub_words.unit_money(one.unit_price, currency),
        cost="" if one.unit_cost is None else sub_words.unit_money(one.unit_cost, currency),
    )


def _item_columns(money: OrderMoney | None) -> list[Column]:
    columns = [Column(gettext("Resource")), Column(gettext("Quantity"), 150, numeric=True)]
    if money is not None:
        columns.append(Column(gettext("Price each"), 130, numeric=True))
    if money is not None and money.is_seller:
        columns.append(Column(gettext("Cost each"), 130, numeric=True))
    return columns


def _vendor(found: OrderPage) -> dict[str, Any]:
    """Tell what the vendor does: where it stands, tries, the last error, the next try, the calls."""
    one = found.operation
    if one is None:
        return {"vendor": [], "calls": []}
    return {
        "vendor": _operation(one),
        "calls": [
            (
                words.stamp(call.at),
                call.at.isoformat(),
                words.purpose(call.purpose),
                call.text,
                call.outcome,
            )
            for call in reversed(found.calls)
        ],
    }


def _operation(one: OperationFacts) -> list[Fact]:
    facts = [
        Fact(words.action(one.action), words.operation(one.state)),
        Fact(gettext("Connector"), one.connector),
        Fact(gettext("Tries"), sub_words.quantity(one.attempts)),
    ]
    if one.error or one.error_class:
        said = ": ".join(dict.fromkeys(p for p in (words.cause(one.error_class), one.error) if p))
        facts.append(Fact(gettext("Last error"), said))
    if one.due_at is not None:
        facts.append(Fact(gettext("Next try or look"), words.stamp(one.due_at)))
    if one.give_up_at is not None and one.settled_at is None:
        facts.append(Fact(gettext("Given up at"), words.stamp(one.give_up_at)))
    facts.append(Fact(gettext("ID at the vendor"), one.vendor_id or formats.EMPTY))
    return facts
