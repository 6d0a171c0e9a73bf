"""Leaks that are planted one at a time; the matrix has to find each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from entrepot.domain.billing.models import Invoice
from entrepot.domain.billing.queries import invoices
from entrepot.domain.ordering import queries as orders
from entrepot.domain.parties import access
from entrepot.domain.parties import viewer as people
from entrepot.domain.parties.models import Account, User
from entrepot.domain.parties.places import Kind
from entrepot.domain.parties.roles import Capability, capabilities_of
from entrepot.domain.parties.scopes import RULES, Scope, Side
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.subscriptions.queries import conditions
from entrepot.flows.home import customer as home
from entrepot.web.middleware import ViewerMiddleware
from entrepot.web.screens.invoices import listing as invoice_listing
from entrepot.web.screens.orders import listing as order_listing
from tests.isolation import matrix as cases
from tests.isolation.numbers import figures
from tests.isolation.world import marker

Part = Callable[..., None]
Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Leak:
    """One leak: how it is planted, and the part of the matrix that looks there."""

    plant: Plant
    part: Part
    panel: Panel
    only: str


def forget(kind: Kind) -> Plant:
    """Plant a forgotten filter: everybody sees all rows of a kind."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        def everything(_viewer: Viewer) -> Scope:
            return Scope(kind, everything=True)

        patch.setattr(access, "RULES", {**RULES, kind: everything})

    return plant


def forget_in_lists(patch: pytest.MonkeyPatch) -> None:
    """Plant a statement of lists that forgets whose rows it reads."""

    def everything(*_asked: object) -> Scope:
        return Scope(Kind.SUBSCRIPTION, everything=True)

    patch.setattr(conditions, "_scope", everything)


def deep_prices(patch: pytest.MonkeyPatch) -> None:
    """Plant amounts of other tiers: everybody has the privilege that nobody has by itself."""

    def more(**facts: Any) -> frozenset[Capability]:
        return capabilities_of(**facts) | {Capability.VIEW_DOWNSTREAM_PRICES}

    patch.setattr(people, "capabilities_of", more)


def answering(change: Callable[[HttpRequest, HttpResponse], None]) -> Plant:
    """Plant a change of every answer."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        usual = ViewerMiddleware.__call__

        def call(self: ViewerMiddleware, request: HttpRequest) -> HttpResponse:
            answer = usual(self, request)
            change(request, answer)
            return answer

        patch.setattr(ViewerMiddleware, "__call__", call)

    return plant


def _named(request: HttpRequest) -> Account | None:
    numbers = [word for word in request.path.split("/") if word.isdigit()]
    return Account.objects.filter(pk=numbers[0]).first() if numbers else None


def say_name(request: HttpRequest, answer: HttpResponse) -> None:
    """Name the account in the text of a refusal."""
    row = _named(request)
    if answer.status_code == 404 and row is not None:
        answer.content += f"<p>{row.name} is not yours.</p>".encode()


def say_status(request: HttpRequest, answer: HttpResponse) -> None:
    """Forbid what is there, and miss what is not."""
    if answer.status_code == 404 and _named(request) is not None:
        answer.status_code = 403


def hide_number(_request: HttpRequest, answer: HttpResponse) -> None:
    """Put a stranger's number into a hidden field."""
    stranger = Account.objects.get(external_id=f"X-{marker('aliencust')}")
    answer.content += f'<input type="hidden" value="{stranger.pk}">'.encode()


def say_header(_request: HttpRequest, answer: HttpResponse) -> None:
    """Name a stranger in a header."""
    answer.headers["X-Seller"] = marker("alien")


def forget_in_tabs(patch: pytest.MonkeyPatch) -> None:
    """Plant tabs of orders whose counts forget whose they are, over rows that do not."""
    usual = orders.tab_counts

    def counts(viewer: Viewer, *, side: Side) -> Any:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(access, "where", lambda *_names, **_more: access.Fragment("TRUE", {}))
            return usual(viewer, side=side)

    patch.setattr(order_listing, "tab_counts", counts)


def forget_at_home(patch: pytest.MonkeyPatch) -> None:
    """Plant a home page that counts everybody's people."""
    patch.setattr(home, "count_people", lambda _viewer, **_facts: User.objects.count())


def count_below(patch: pytest.MonkeyPatch) -> None:
    """Plant tabs and sums of documents with those that others of the own tree sell, over rows without them."""
    usual = invoices.invoice_overview

    def overview(viewer: Viewer, *, wanted: Any) -> Any:
        below = Account.objects.filter(path__startswith=viewer.account_path)
        with pytest.MonkeyPatch.context() as inner:
            found = Invoice.objects.filter(seller_id__in=below.values("id"))
            inner.setattr(invoices, "_matching", lambda *_asked: found)
            return usual(viewer, wanted=wanted)

    patch.setattr(invoice_listing, "invoice_overview", overview)


OBJECTS, LISTS = cases.objects_of_addresses, cases.lists_and_searches
LEAKS: dict[str, Leak] = {
    "a list without its filter, in written SQL": Leak(
        forget_in_lists, LISTS, Panel.CUSTOMER, "/customer/subscriptions/"
    ),
    "an object by its number": Leak(
        forget(Kind.SUBSCRIPTION), OBJECTS, Panel.CUSTOMER, "/customer/orders/<int:number>/"
    ),
    "an export": Leak(forget_in_lists, LISTS, Panel.CUSTOMER, "/customer/subscriptions/export/"),
    "a suggestion of the search": Leak(forget(Kind.ACCOUNT), LISTS, Panel.RESELLER, "search/"),
    "the PDF of a document": Leak(
        forget(Kind.DOCUMENT), OBJECTS, Panel.CUSTOMER, "/invoices/<int:number>/pdf/"
    ),
    "the CSV of a document": Leak(forget(Kind.DOCUMENT), OBJECTS, Panel.CUSTOMER, "/lines.csv"),
    "promotions of others": Leak(
        forget(Kind.PRICE), OBJECTS, Panel.RESELLER, "/promotions/<int:number>/"
    ),
    "a form that changes what is not one's own": Leak(
        forget(Kind.SUBSCRIPTION), OBJECTS, Panel.CUSTOMER, "/orders/<int:number>/note/"
    ),
    "amounts of another tier": Leak(
        deep_prices, OBJECTS, Panel.RESELLER, "/reseller/subscriptions/<int:number>/$"
    ),
    "the text of an error": Leak(
        answering(say_name), OBJECTS, Panel.RESELLER, "/customers/<int:number>/"
    ),
    "a status that tells what exists": Leak(
        answering(say_status), OBJECTS, Panel.RESELLER, "/customers/<int:number>/"
    ),
    "a number in a hidden field": Leak(
        answering(hide_number), LISTS, Panel.CUSTOMER, "/customer/invoices/"
    ),
    "a count in a tab": Leak(forget_in_tabs, figures, Panel.RESELLER, "/reseller/orders/$"),
    "a figure of the home page": Leak(forget_at_home, figures, Panel.CUSTOMER, "/customer/$"),
    "a sum of others of the own tree": Leak(
        count_below, figures, Panel.RESELLER, "/reseller/invoices/$"
    ),
    "a name in a header": Leak(answering(say_header), LISTS, Panel.CUSTOMER, "/customer/orders/"),
}
