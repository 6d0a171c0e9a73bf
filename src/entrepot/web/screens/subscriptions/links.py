"""Addresses that the screens of subscriptions lead to: the one place that asks whether a screen exists."""

from django.urls import NoReverseMatch, reverse

from entrepot.domain.parties.viewer import Panel, Viewer


def list_url(viewer: Viewer, name: str) -> str:
    """Return the address of a list; `name` is `subscription` or `own-subscription`."""
    return reverse(f"{viewer.panel.value}:{name}s")


def page_url(viewer: Viewer, name: str, subscription_id: int) -> str:
    """Return the address of a subscription's page."""
    return reverse(f"{viewer.panel.value}:{name}", args=[subscription_id])


def export_url(viewer: Viewer, name: str) -> str:
    """Return the address that gives the rows of a list as a file."""
    return reverse(f"{viewer.panel.value}:{name}s-export")


def together_url(viewer: Viewer, name: str) -> str:
    """Return the address that takes an action on the ticked rows of a list."""
    return reverse(f"{viewer.panel.value}:{name}s-together")


def usage_url(viewer: Viewer, name: str, subscription_id: int) -> str:
    """Return the address of the usage lines of a subscription."""
    return reverse(f"{viewer.panel.value}:{name}-usage", args=[subscription_id])


def account_url(viewer: Viewer, account_id: int) -> str:
    """Return the page of an account below the viewer's, empty while there is none or for the own one."""
    if account_id == viewer.account_id or viewer.panel is Panel.CUSTOMER:
        return ""
    return _if_there(f"{viewer.panel.value}:customer", account_id)


def document_url(viewer: Viewer, invoice_id: int, *, is_own: bool) -> str:
    """Return the page of a document, empty while there is none."""
    name = "issued-invoice" if viewer.panel is Panel.RESELLER and not is_own else "invoice"
    return _if_there(f"{viewer.panel.value}:{name}", invoice_id)


def _if_there(name: str, number: int) -> str:
    try:
        return reverse(name, args=[number])
    except NoReverseMatch:
        return ""
