"""The reseller's menu: business with customers, and the own account."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entrepot.domain.parties.roles import Capability
from entrepot.web.access.menu import Entry, Group

MENU = (
    Group(
        (
            Entry("reseller:home", _("Home"), "house", "h"),
            Entry(
                "reseller:marketplace",
                _("Marketplace"),
                "package-search",
                "m",
                Capability.VIEW_SUBSCRIPTIONS,
            ),
        )
    ),
    Group(
        (
            Entry(
                "reseller:customers", _("Customers"), "building-2", "c", Capability.VIEW_ACCOUNTS
            ),
            Entry(
                "reseller:subscriptions",
                _("Subscriptions"),
                "repeat",
                "s",
                Capability.VIEW_SUBSCRIPTIONS,
            ),
            Entry("reseller:orders", _("Orders"), "shopping-cart", "o", Capability.VIEW_ORDERS),
            Entry("reseller:approvals", _("Approvals"), "user-check", "", Capability.VIEW_USERS),
            Entry("reseller:provisioning", _("Provisioning"), "server", "", Capability.VIEW_ORDERS),
            Entry(
                "reseller:messages",
                pgettext_lazy("mail", "Messages"),
                "mail",
                "",
                Capability.VIEW_MESSAGES,
            ),
            Entry("reseller:notices", _("Notices"), "bell", "", Capability.VIEW_USERS),
            Entry(
                "reseller:issued-invoices",
                _("Issued invoices"),
                "receipt-text",
                "",
                Capability.VIEW_INVOICES,
            ),
            Entry("reseller:credit", _("Credit"), "hand-coins", "", Capability.VIEW_CREDIT),
            Entry("reseller:plans", _("Plans"), "boxes", "", Capability.VIEW_PRICES),
            Entry(
                "reseller:price-manager",
                _("Price manager"),
                "tag",
                "",
                Capability.VIEW_PRICES,
            ),
            Entry(
                "reseller:promotions",
                _("Promotions"),
                "badge-percent",
                "",
                Capability.VIEW_PRICES,
            ),
            Entry(
                "reseller:subscription-imports",
                _("Import subscriptions"),
                "file-input",
                "",
                Capability.MANAGE_SUBSCRIPTIONS,
            ),
            Entry(
                "reseller:usage-prices",
                _("Usage prices"),
                "badge-cent",
                "",
                Capability.VIEW_PRICES,
            ),
        ),
        _("Customers"),
    ),
    Group(
        (
            Entry(
                "reseller:own-subscriptions",
                _("Subscriptions"),
                "repeat-1",
                "",
                Capability.VIEW_SUBSCRIPTIONS,
            ),
            Entry("reseller:own-orders", _("Orders"), "shopping-bag", "", Capability.VIEW_ORDERS),
            Entry(
                "reseller:invoices", _("Invoices"), "receipt-text", "i", Capability.VIEW_INVOICES
            ),
            Entry(
                "reseller:own-messages",
                pgettext_lazy("mail", "Messages"),
                "mail",
                "",
                Capability.VIEW_MESSAGES,
            ),
            Entry("reseller:users", _("Users"), "users", "u", Capability.VIEW_USERS),
            Entry("reseller:roles", _("Roles"), "shield", "", Capability.VIEW_USERS),
            Entry("reseller:portals", _("Sign-in"), "key-round", "", Capability.MANAGE_IDENTITY),
            Entry(
                "reseller:factor-demands",
                _("Second factors"),
                "shield-check",
                "",
                Capability.MANAGE_IDENTITY,
            ),
        ),
        _("Account"),
    ),
)
