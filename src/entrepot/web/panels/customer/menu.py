"""The customer's menu."""

from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.roles import Capability
from entrepot.web.access.menu import Entry, Group

MENU = (
    Group(
        (
            Entry("customer:home", _("Home"), "house", "h"),
            Entry(
                "customer:marketplace",
                _("Marketplace"),
                "package-search",
                "m",
                Capability.VIEW_SUBSCRIPTIONS,
            ),
            Entry(
                "customer:subscriptions",
                _("Subscriptions"),
                "repeat",
                "s",
                Capability.VIEW_SUBSCRIPTIONS,
            ),
            Entry("customer:orders", _("Orders"), "shopping-cart", "o", Capability.VIEW_ORDERS),
            Entry(
                "customer:invoices", _("Invoices"), "receipt-text", "i", Capability.VIEW_INVOICES
            ),
            Entry("customer:account", _("Account"), "building-2", "a", Capability.VIEW_ACCOUNTS),
        )
    ),
)
