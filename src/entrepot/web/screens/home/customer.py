"""The customer's home: services in use, the open amount, what renews."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.ordering.queries import OrderRow
from entrepot.domain.parties.people import COUNT_MAX
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.offers import Offer
from entrepot.flows.home.customer import (
    CustomerHome,
    MeasuredUse,
    SeatsInUse,
    ServiceRow,
    customer_home,
)
from entrepot.flows.home.owing import Owing
from entrepot.flows.home.renewals import RenewalRow
from entrepot.kernel.money import Money
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links, words
from entrepot.web.screens.marketplace import words as market
from entrepot.web.screens.orders import words as order_words
from entrepot.web.screens.orders.failed import approvals
from entrepot.web.screens.orders.track import track
from entrepot.web.screens.subscriptions.words import unit
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column, Part, Step


@dataclass(frozen=True, slots=True)
class Use:
    """A measured resource: `parts` draw what is used of what is included, `left` says what remains."""

    name: str
    parts: Sequence[Part]
    used: str
    included: str
    label: str
    left: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Seats:
    """Units that people have: figures for the bar, `used` None where the vendor does not say, and what to do next."""

    bought: Decimal
    assigned: Decimal
    used: Decimal | None
    parts: Sequence[Part]
    left: str
    is_full: bool
    action: str
    action_icon: str
    action_url: str


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An open order with its steps."""

    url: str
    what: str
    note: str
    amount: str
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Pick:
    """A plan of the marketplace that the account does not have."""

    url: str
    name: str
    icon: str
    text: str
    price: str
    basis: str


@dataclass(frozen=True, slots=True)
class Service:
    """One service in use."""

    url: str
    name: str
    icon: str
    price: str
    state: str
    bought: str
    unit: str
    use: Use | None
    seats: Seats | None


@dataclass(frozen=True, slots=True)
class Bill:
    """What is open in one currency."""

    amount: str
    count: str
    is_overdue: bool
    when: str
    documents: Sequence[tuple[str, str, str, bool]]


@dataclass(frozen=True, slots=True)
class Ahead:
    """A term that ends soon."""

    url: str
    plan: str
    state: str
    day: str
    in_days: str
    price: str


@screen(None, while_acting=True)
def home(request: SignedInRequest) -> HttpResponse:
    """Show the customer's home."""
    viewer = request.viewer
    found = customer_home(viewer, now=request.now)
    waiting = words.overdue([one.overdue for one in found.owing])
    context = {
        **approvals(viewer),
        "title": words.greeting(viewer, now=request.now),
        "lead": words.lead(viewer, waiting=waiting),
        "found": found,
        "services": [_service(viewer, row) for row in found.services],
        "service_columns": [
            Column(gettext("Service"), 300),
            Column(gettext("Use")),
            Column(gettext("Left"), 120, numeric=True),
            Column(gettext("Action"), 145, numeric=True),
        ],
        "usage_keys": _keys(found.services),
        "mine": found.mine,
        "people": _people(viewer, found.people),
        "under_way": [_under_way(viewer, row) for row in found.under_way],
        "orders_url": links.address(viewer, "orders"),
        "picks": [_pick(viewer, one) for one in found.picks],
        "market_url": links.address(viewer, "marketplace")
        if viewer.can(Capability.VIEW_SUBSCRIPTIONS)
        else "",
        "services_url": links.address(viewer, "subscriptions"),
        "all_services": _all_services(found),
        "sum": ", ".join(words.money(one) for one in found.sums if not one.is_zero),
        "bills": [_bill(viewer, one) for one in found.owing if one.count],
        "sees_bills": bool(found.owing),
        "bills_url": links.documents_url(viewer, is_bought=True, tab="unpaid"),
        "paid": [
            (
                links.document_url(viewer, one.id, is_bought=True),
                words.day(one.paid_on, "day_long"),
                words.money(one.gross),
            )
            for one in found.paid
        ],
        "ahead": [_ahead(viewer, row) for row in found.renewals],
        "ahead_columns": [
            Column(gettext("Subscription")),
            Column(gettext("What happens"), 156),
            Column(gettext("Date"), 130, numeric=True),
            Column(gettext("Price"), 150, numeric=True),
        ],
    }
    return render(request, "screens/home/customer.html", context)


def _all_services(found: CustomerHome) -> str:
    text = ngettext("%(n)s subscription", "%(n)s subscriptions", found.service_count)
    return text % {"n": words.number(found.service_count)}


def _quantity(value: Decimal) -> str:
    return formats.quantity(value, language=words.language())


def _service(viewer: Viewer, row: ServiceRow) -> Service:
    return Service(
        url=links.subscription_url(viewer, row.subscription_id),
        name=row.name,
        icon=row.icon,
        price=_price(row),
        state=row.status if row.status != "active" else "",
        bought=_quantity(row.bought),
        unit=unit(
            {"en": row.unit_en, words.language()[:2]: row.unit}, fallback="", number=row.bought
        ),
        use=_use(row.measured[0]) if row.measured else None,
        seats=_seats(viewer, row, row.seats) if row.seats and _has_seats(row) else None,
    )


def _has_seats(row: ServiceRow) -> bool:
    """Tell whether people can have units: of nothing that is measured or paid as it goes."""
    return row.seats is not None and not row.measured and not row.is_usage


def _keys(rows: Sequence[ServiceRow]) -> list[Part]:
    """Explain the colours of the bars that are there."""
    if any(_has_seats(row) for row in rows):
        return [
            Part(gettext("bought"), Decimal(1), "tri-b"),
            Part(gettext("assigned"), Decimal(1), "tri-a"),
            Part(gettext("used"), Decimal(1), "accent"),
        ]
    if not any(row.measured for row in rows):
        return []
    return [
        Part(gettext("included"), Decimal(1), "tri-b"),
        Part(gettext("used"), Decimal(1), "accent"),
    ]


def _seats(viewer: Viewer, row: ServiceRow, one: SeatsInUse) -> Seats:
    free = max(one.bought - one.assigned, Decimal(0))
    may_buy = viewer.can(Capability.MANAGE_SUBSCRIPTIONS) and row.status == "active"
    buy = links.address(viewer, "subscription-quantity", row.subscription_id) if may_buy else ""
    give = links.address(viewer, "service-assign", one.resource_id)
    may_give = bool(give) and viewer.can(Capability.MANAGE_USERS)
    buys = not (free and may_give)
    return Seats(
        bought=one.bought,
        assigned=Decimal(one.assigned),
        used=one.used,
        parts=[
            Part(gettext("assigned"), min(Decimal(one.assigned), one.bought), "tri-a"),
            Part(gettext("bought"), free, "tri-b"),
        ],
        left=gettext("%(n)s free") % {"n": _quantity(free)},
        is_full=not free,
        action=gettext("Buy more") if buys else gettext("Assign"),
        action_icon="plus" if buys else "user-plus",
        action_url=buy if buys else give,
    )


def _people(viewer: Viewer, count: int | None) -> tuple[str, str] | None:
    """Give the number of people with the address of their list; None where nobody may know."""
    if count is None:
        return None
    text = words.number(min(count, COUNT_MAX)) + ("+" if count > COUNT_MAX else "")
    return text, links.address(viewer, "users")


def _under_way(viewer: Viewer, row: OrderRow) -> UnderWay:
    amount = row.period_amount
    return UnderWay(
        url=links.order_url(viewer, row.id, is_bought=True),
        what=row.plan_name,
        # Who ordered it is said on its page, where people of sellers are not named.
        note=", ".join((row.number, order_words.kind(row.kind), order_words.stamp(row.placed_at))),
        amount="" if amount is None else words.money(Money.rounded(amount, currency=row.currency)),
        steps=track(row),
    )


def _pick(viewer: Viewer, offer: Offer) -> Pick:
    cheapest = offer.cheapest
    price = market.recurring(offer, cheapest) if cheapest else None
    is_shown = price is not None and price.price is not None
    return Pick(
        url=links.address(viewer, "offer", offer.id),
        name=offer.name,
        icon=offer.icon,
        text=offer.description or f"{offer.service}, {offer.vendor}",
        price=market.unit_price(price) if is_shown else "",
        basis=market.basis(offer, cheapest) if is_shown and cheapest else "",
    )


def _price(row: ServiceRow) -> str:
    if row.is_usage:
        return gettext("billed by use")
    return gettext("%(price)s a month") % {"price": words.money(row.price)} if row.price else ""


def _use(one: MeasuredUse) -> Use:
    free = one.included - one.used
    parts = [
        Part(gettext("used"), min(one.used, one.included), "accent"),
        Part(gettext("included"), max(free, Decimal(0)), "tri-b"),
    ]
    used = gettext("%(n)s %(unit)s used") % {"n": _quantity(one.used), "unit": one.unit}
    included = gettext("%(n)s included") % {"n": _quantity(one.included)}
    over = gettext("%(n)s %(unit)s over") % {"n": _quantity(-free), "unit": one.unit}
    left = gettext("%(n)s %(unit)s free") % {"n": _quantity(free), "unit": one.unit}
    return Use(
        name=one.name,
        parts=parts if one.included else [],
        used=used,
        included=included if one.included else "",
        label=f"{one.name}: {used}, {included}",
        left=over if free < 0 else left,
        is_over=free < 0,
    )


def _bill(viewer: Viewer, one: Owing) -> Bill:
    if not one.overdue.is_zero and one.overdue_since is not None:
        when = gettext("due since %(day)s") % {"day": words.day(one.overdue_since, "day_long")}
    elif one.next_due_on is not None:
        when = gettext("due on %(day)s, %(away)s") % {
            "day": words.day(one.next_due_on, "day_long"),
            "away": words.in_days(one.next_due_on, today=viewer.today),
        }
    else:
        when = ""
    count = ngettext("%(n)s invoice", "%(n)s invoices", one.count)
    return Bill(
        amount=words.money(one.open_amount),
        count=count % {"n": words.number(one.count)},
        is_overdue=not one.overdue.is_zero,
        when=when,
        documents=[
            (
                links.document_url(viewer, document.id, is_bought=True),
                document.number,
                words.money(document.open_amount),
                document.is_overdue,
            )
            for document in one.documents
        ],
    )


def _ahead(viewer: Viewer, row: RenewalRow) -> Ahead:
    return Ahead(
        url=links.subscription_url(viewer, row.subscription_id),
        plan=row.plan_name,
        state="renews" if row.renews else "ends",
        day=words.day(row.term_end),
        in_days=words.in_days(row.term_end, today=viewer.today),
        price=words.money(row.price) if row.price and not row.price.is_zero else "",
    )
