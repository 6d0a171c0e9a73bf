"""Addresses that people get outside of a page: of panels, of pages in them, and of links for one use.

The names of pages are looked up in the address table of the running program; nothing of the screens is imported.
"""

from django.conf import settings
from django.urls import reverse

from entrepot.domain.parties.kinds import AccountKind

_PAGES = {
    AccountKind.CUSTOMER: {
        "order": "customer:order",
        "document": "customer:invoice",
        "subscription": "customer:subscription",
    },
    AccountKind.RESELLER: {
        "order": "reseller:own-order",
        "document": "reseller:invoice",
        "subscription": "reseller:own-subscription",
        "customer": "reseller:customer",
        "reseller": "reseller:customer",
    },
    AccountKind.PROVIDER: {"customer": "provider:customer", "reseller": "provider:reseller"},
}


def public_address(host: str) -> str:
    """Return scheme, host and port at which people reach a brand."""
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{host}{port}"


def panel_address(host: str) -> str:
    """Return where the panel behind a brand begins."""
    return f"{public_address(host)}/"


def page_address(host: str, *, kind: AccountKind, page: str, number: int) -> str:
    """Return the page of an order, document or subscription in its buyer's panel, of an account in its seller's.

    Where the panel has no such page, its first one.
    """
    name = _PAGES.get(kind, {}).get(page)
    return (
        panel_address(host) if name is None else public_address(host) + reverse(name, args=[number])
    )


def password_address(host: str, *, user_key: str, token: str) -> str:
    """Return the link for one use with which a person sets a password."""
    return public_address(host) + reverse("password-set", args=[user_key, token])
