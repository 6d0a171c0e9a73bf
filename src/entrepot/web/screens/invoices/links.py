"""Addresses that the screens of documents lead to: the one place that asks whether a screen exists."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from entrepot.domain.documents.explain_types import Link, LinkKind
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Panel, Viewer

# Bought documents lie in the buyer's account; what a reseller sells has a list of its own.
_NAMES = {
    (Panel.PROVIDER, Side.SOLD): "invoice",
    (Panel.RESELLER, Side.SOLD): "issued-invoice",
    (Panel.RESELLER, Side.BOUGHT): "invoice",
    (Panel.CUSTOMER, Side.BOUGHT): "invoice",
}


def side_of(viewer: Viewer, *, buyer_id: int) -> Side:
    """Tell from which end the viewer looks at a document."""
    return Side.BOUGHT if viewer.account_id == buyer_id else Side.SOLD


def list_url(viewer: Viewer, side: Side) -> str:
    """Return the address of the list on one side."""
    return reverse(f"{_name(viewer, side)}s")


def page_url(viewer: Viewer, side: Side, invoice_id: int) -> str:
    """Return the address of a document's page."""
    return reverse(_name(viewer, side), args=[invoice_id])


def file_url(viewer: Viewer, side: Side, invoice_id: int, kind: str) -> str:
    """Return the address of a document's file; `kind` is `pdf` or `csv`."""
    return reverse(f"{_name(viewer, side)}-{kind}", args=[invoice_id])


def subscription_url(viewer: Viewer, subscription_id: int) -> str:
    """Return the page of a subscription, empty while there is none."""
    return _if_there(f"{viewer.panel.value}:subscription", subscription_id)


def account_url(viewer: Viewer, account_id: int) -> str:
    """Return the page of an account below the viewer's, empty while there is none or for the own one."""
    if account_id == viewer.account_id or viewer.panel is Panel.CUSTOMER:
        return ""
    return _if_there(f"{viewer.panel.value}:customer", account_id)


def explained_url(viewer: Viewer, side: Side, link: Link | None) -> str:
    """Return where a link of an explanation leads, empty if no screen shows it."""
    if link is not None and link.kind is LinkKind.USAGE:
        return _usage_url(viewer, link.id)
    if link is None or link.kind is not LinkKind.DOCUMENT:
        return ""
    document_id, _, line = link.id.partition("/")
    return f"{page_url(viewer, side, int(document_id))}?why={line}#line-{line}"


def _usage_url(viewer: Viewer, text: str) -> str:
    """Return the lines of "subscription/month/SKU", empty for people who may not open subscriptions."""
    subscription_id, month, sku = text.split("/", maxsplit=2)
    if not viewer.can(Capability.VIEW_SUBSCRIPTIONS):
        return ""
    page = _if_there(f"{viewer.panel.value}:subscription-usage", int(subscription_id))
    return f"{page}?{urlencode({'sku': sku, 'month': month})}" if page else ""


def _name(viewer: Viewer, side: Side) -> str:
    return f"{viewer.panel.value}:{_NAMES[viewer.panel, side]}"


def _if_there(name: str, number: int) -> str:
    try:
        return reverse(name, args=[number])
    except NoReverseMatch:
        return ""
