"""The customer's menu."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
            Entry("customer:services", _("Services"), "layers", "v", Capability.VIEW_USERS),
            Entry("customer:my-services", _("My services"), "package-check"),
            Entry("customer:orders", _("Orders"), "shopping-cart", "o", Capability.VIEW_ORDERS),
            Entry(
                "customer:invoices", _("Invoices"), "receipt-text", "i", Capability.VIEW_INVOICES
            ),
            Entry(
                "customer:messages",
                pgettext_lazy("mail", "Messages"),
                "mail",
                "",
                Capability.VIEW_MESSAGES,
            ),
            Entry("customer:users", _("Users"), "users", "u", Capability.VIEW_USERS),
            Entry("customer:roles", _("Roles"), "shield", "", Capability.VIEW_USERS),
            Entry("customer:portals", _("Sign-in"), "key-round", "", Capability.MANAGE_IDENTITY),
            Entry(
                "customer:factor-demands",
                _("Second factors"),
                "shield-check",
                "",
                Capability.MANAGE_IDENTITY,
            ),
            Entry("customer:account", _("Account"), "building-2", "a", Capability.VIEW_ACCOUNTS),
        )
    ),
)
