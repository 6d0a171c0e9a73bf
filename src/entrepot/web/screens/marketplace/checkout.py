"""The checkout: what was seen is ordered once; what changed meanwhile, or costs nothing, is asked again."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.flows.marketplace import order_cart, placed_orders
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.kernel.money import parse_decimal
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.marketplace import store, words
from entrepot.web.screens.marketplace.cart import Opened, open_cart, show, totals
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A line of the cart with the amount that was seen and the one that holds now."""

    name: str
    period: str
    before: str
    now: str
    has_changed: bool


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("POST",))
def order(request: SignedInRequest) -> HttpResponse:
    """Place the orders of the cart. Sending the form again shows what it placed."""
    viewer, session = request.viewer, request.session
    key = request.POST.get("key", "")
    if store.placed(session, viewer, key=key) is not None:
        return _to_placed(request, key)
    before = store.read(session, viewer)
    if key != before.key:
        text = gettext("The cart was changed meanwhile. Look at it again and order then.")
        return show(request, open_cart(request, before), notice=text, status=409)
    kept = store.write(session, viewer, store.changed(before, request.POST.dict()))
    opened = open_cart(request, kept)
    if not opened.can_be_ordered:
        return show(request, opened, status=422)
    confirmed = _confirmed(request, opened)
    if confirmed != opened.seen.confirmed or kept.key != before.key:
        return _ask_again(request, opened)
    is_free_confirmed = request.POST.get("free") == "yes" or not opened.sees_price
    if opened.seen.is_free and not is_free_confirmed:
        return _ask_free(request, opened)
    return _place(request, opened, confirmed=confirmed, is_free_confirmed=is_free_confirmed)


@screen(Capability.MANAGE_SUBSCRIPTIONS)
def placed(request: SignedInRequest, key: str) -> HttpResponse:
    """Show what a cart became, as long as the session lasts."""
    viewer = request.viewer
    found = store.placed(request.session, viewer, key=key)
    if found is None:
        raise Http404
    rows = placed_orders(viewer, customer_id=found.customer_id, ids=found.ids)
    if not rows:
        raise Http404
    columns = [Column(gettext("Order")), Column(gettext("State"), 190)]
    sees_price = any(row.first_amount is not None for row in rows)
    if sees_price:
        columns.append(Column(gettext("First bill"), 150, numeric=True))
    customer = "" if found.customer_id == viewer.account_id else rows[0].customer_name
    reference = gettext("Purchase-order number %(number)s") % {"number": rows[0].purchase_order}
    context = {
        "crumbs": [Link(gettext("Marketplace"), links.address(viewer, "marketplace"))],
        "rows": [
            (
                row,
                links.order_url(viewer, row.id, is_bought=row.is_own),
                words.money(row.first_amount, row.currency),
            )
            for row in rows
        ],
        "customer": customer,
        "customer_url": links.account_url(viewer, found.customer_id),
        "lead": " · ".join(
            part for part in (customer, reference if rows[0].purchase_order else "") if part
        ),
        "columns": columns,
        "sees_price": sees_price,
        "market_url": links.address(viewer, "marketplace"),
        "orders_url": links.address(viewer, "orders"),
    }
    return render(request, "screens/marketplace/placed.html", context)


def _place(
    request: SignedInRequest, opened: Opened, *, confirmed: Decimal, is_free_confirmed: bool
) -> HttpResponse:
    viewer, kept, session = request.viewer, opened.kept, request.session
    try:
        ids = order_cart(
            viewer,
            buyer=opened.buyer,
            lines=kept.lines,
            purchase_order=kept.purchase_order,
            promotion_code=kept.promotion_code,
            request_key=kept.key,
            confirmed=confirmed,
            is_free_confirmed=is_free_confirmed,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as error:
        return _refused(request, opened, error)
    customer = opened.buyer.account_id or viewer.account_id
    store.finish(session, viewer, key=kept.key, customer_id=customer, ids=ids)
    return _to_placed(request, kept.key)


def _refused(request: SignedInRequest, opened: Opened, error: DomainError) -> HttpResponse:
    """Show a refusal that came between looking and ordering; the cart stays as it is."""
    if error.code == "order_price_changed":
        return _ask_again(request, open_cart(request, opened.kept))
    if error.code == "order_key_reused":
        store.renew(request.session, request.viewer)
        opened = replace(opened, kept=store.read(request.session, request.viewer))
    status = 422 if isinstance(error, BadInput) else 409
    text = error.text(translate=gettext)
    return show(request, open_cart(request, opened.kept), notice=text, status=status)


def _to_placed(request: SignedInRequest, key: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"{request.viewer.panel.value}:cart-placed", args=[key]))


def _confirmed(request: SignedInRequest, opened: Opened) -> Decimal:
    """Return the amount that the person has seen; who sees no prices confirms whatever it is."""
    if not opened.sees_price:
        return opened.seen.confirmed or Decimal(0)
    return _amount(request.POST.get("confirmed", "")) or Decimal(0)


def _amount(text: str) -> Decimal | None:
    try:
        return parse_decimal(text)
    except DomainError:
        return None


def _ask_again(request: SignedInRequest, opened: Opened) -> HttpResponse:
    """Show the amounts that were seen beside those that hold now, and ask once more."""
    currency = opened.buyer.market.currency if opened.buyer.market else ""

    def text(amount: Decimal | None) -> str:
        return words.money(amount, currency) or formats.EMPTY

    rows = []
    for one in opened.seen.lines:
        before = _amount(request.POST.get(f"was-{one.line.id}", ""))
        now = one.first.price if one.first else None
        period = words.period(one.period) if one.period else ""
        rows.append(ChangedRow(one.line.name, period, text(before), text(now), before != now))
    context = {
        **_confirmation(request, opened),
        "columns": [
            Column(gettext("Plan")),
            Column(gettext("As you saw it"), 170, numeric=True),
            Column(gettext("Now"), 170, numeric=True),
        ],
        "rows": rows,
        "before": text(_amount(request.POST.get("confirmed", ""))),
        "sees_price": opened.sees_price,
    }
    return render(request, "screens/marketplace/again.html", context, status=409)


def _ask_free(request: SignedInRequest, opened: Opened) -> HttpResponse:
    """Ask once more for a cart that costs nothing though nothing of it is a trial."""
    consequences = [
        gettext("The first bill takes nothing for: %(plans)s.")
        % {"plans": ", ".join(one.line.name for one in opened.seen.lines)},
        gettext("What is used beyond it is billed as usual."),
    ]
    context = {**_confirmation(request, opened), "consequences": consequences}
    return render(request, "screens/marketplace/free.html", context)


def _confirmation(request: SignedInRequest, opened: Opened) -> dict[str, object]:
    viewer = request.viewer
    return {
        "crumbs": [
            Link(gettext("Marketplace"), links.address(viewer, "marketplace")),
            Link(gettext("Cart"), links.address(viewer, "cart")),
        ],
        "cart": opened.kept,
        "customer_name": opened.buyer.name,
        "order_url": links.address(viewer, "cart-order"),
        "back_url": links.address(viewer, "cart"),
        **totals(opened),
    }
