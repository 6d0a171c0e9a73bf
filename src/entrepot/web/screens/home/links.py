"""Addresses that home pages, search results and account pages lead to; empty while no screen is mounted there."""

from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.viewer import Panel, Viewer

_STAND_IN = 1_234_567_890_123_456_789


def address(viewer: Viewer, name: str, *args: int | str | date, **query: str) -> str:
    """Return an address of the viewer's panel, with a query; empty if there is no such screen."""
    route = f"{viewer.panel.value}:{name}"
    match args:
        case [int(number)] if number >= 0:
            around = _around(route, get_urlconf(), get_script_prefix())
            found = str(number).join(around)
        case _:
            found = _reversed(route, *args)
    return f"{found}?{urlencode(query)}" if query and found else found


def _reversed(route: str, *args: int | str | date) -> str:
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=1024)
def _around(route: str, _urlconf: str | None, _prefix: str) -> tuple[str, ...]:
    """Return what stands before and after the number in addresses of a route; a list asks for hundreds of them."""
    return tuple(_reversed(route, _STAND_IN).split(str(_STAND_IN)))


def subscription_url(viewer: Viewer, subscription_id: int, *, is_own: bool = False) -> str:
    """Return the page of a subscription; what a reseller uses itself has pages of its own."""
    apart = viewer.panel is Panel.RESELLER and is_own
    return address(viewer, "own-subscription" if apart else "subscription", subscription_id)


def order_url(viewer: Viewer, order_id: int, *, is_bought: bool) -> str:
    """Return the page of an order; what a reseller buys itself has pages of its own."""
    apart = viewer.panel is Panel.RESELLER and is_bought
    return address(viewer, "own-order" if apart else "order", order_id)


def document_url(viewer: Viewer, document_id: int, *, is_bought: bool) -> str:
    """Return the page of a document; what a reseller sells has pages of its own."""
    sells_apart = viewer.panel is Panel.RESELLER and not is_bought
    return address(viewer, "issued-invoice" if sells_apart else "invoice", document_id)


def documents_url(viewer: Viewer, *, is_bought: bool, **query: str) -> str:
    """Return the list of documents on one side of the viewer's sales."""
    sells_apart = viewer.panel is Panel.RESELLER and not is_bought
    return address(viewer, "issued-invoices" if sells_apart else "invoices", **query)


def account_url(viewer: Viewer, account_id: int, kind: AccountKind | None = None) -> str:
    """Return the page of an account below the viewer's, or of the own one where the panel has it."""
    if account_id == viewer.account_id:
        return address(viewer, "account")
    name = "reseller" if kind is AccountKind.RESELLER else "customer"
    return address(viewer, name, account_id) or address(viewer, "customer", account_id)
