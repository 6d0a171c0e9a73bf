"""The provider's menu."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entrepot.domain.parties.roles import Capability
from entrepot.web.access.menu import Entry, Group

MENU = (
    Group(
        (
            Entry("provider:home", _("Home"), "house", "h"),
            Entry(
                "provider:marketplace",
                _("Marketplace"),
                "package-search",
                "m",
                Capability.VIEW_SUBSCRIPTIONS,
            ),
            Entry("provider:resellers", _("Resellers"), "store", "r", Capability.VIEW_ACCOUNTS),
            Entry(
                "provider:customers", _("Customers"), "building-2", "c", Capability.VIEW_ACCOUNTS
            ),
            Entry(
                "provider:subscriptions",
                _("Subscriptions"),
                "repeat",
                "s",
                Capability.VIEW_SUBSCRIPTIONS,
            ),
            Entry(
                "provider:orders",
                _("All orders"),
                "shopping-cart",
                "o",
                Capability.VIEW_ORDERS,
            ),
            Entry("provider:approvals", _("Approvals"), "user-check", "", Capability.VIEW_USERS),
            Entry(
                "provider:messages",
                pgettext_lazy("mail", "Messages"),
                "mail",
                "",
                Capability.VIEW_MESSAGES,
            ),
            Entry("provider:notices", _("Notices"), "bell", "", Capability.VIEW_USERS),
        )
    ),
    Group(
        (
            Entry(
                "provider:billing", _("Billing"), "calculator", "b", Capability.VIEW_BILLING_RUNS
            ),
            Entry(
                "provider:invoices", _("Invoices"), "receipt-text", "i", Capability.VIEW_INVOICES
            ),
            Entry("provider:credit", _("Credit"), "hand-coins", "", Capability.VIEW_CREDIT),
        ),
        _("Money"),
    ),
    Group(
        (
            Entry(
                "provider:price-lists", _("Price lists"), "tags", "p", Capability.VIEW_PRICE_LISTS
            ),
            Entry(
                "provider:exchange-rates",
                _("Exchange rates"),
                "arrow-left-right",
                "",
                Capability.VIEW_PRICE_LISTS,
            ),
            Entry(
                "provider:usage-imports",
                _("Usage imports"),
                "gauge",
                "u",
                Capability.VIEW_USAGE_IMPORTS,
            ),
            Entry("provider:plans", _("Plans"), "boxes", "", Capability.VIEW_PRICES),
            Entry(
                "provider:price-manager",
                _("Price manager"),
                "tag",
                "",
                Capability.VIEW_PRICES,
            ),
            Entry(
                "provider:promotions",
                _("Promotions"),
                "badge-percent",
                "",
                Capability.VIEW_PRICES,
            ),
            Entry(
                "provider:subscription-imports",
                _("Import subscriptions"),
                "file-input",
                "",
                Capability.MANAGE_SUBSCRIPTIONS,
            ),
            Entry(
                "provider:usage-prices",
                _("Usage prices"),
                "badge-cent",
                "",
                Capability.VIEW_PRICES,
            ),
            Entry(
                "provider:provisioning",
                _("Provisioning"),
                "server",
                "v",
                Capability.VIEW_ORDERS,
            ),
            Entry("provider:users", _("Users"), "users", "", Capability.VIEW_USERS),
            Entry("provider:roles", _("Roles"), "shield", "", Capability.VIEW_USERS),
            Entry("provider:portals", _("Sign-in"), "key-round", "", Capability.MANAGE_IDENTITY),
            Entry(
                "provider:factor-demands",
                _("Second factors"),
                "shield-check",
                "",
                Capability.MANAGE_IDENTITY,
            ),
            Entry("provider:tasks", _("Tasks"), "list-checks", "t", Capability.VIEW_TASKS),
        ),
        _("Operation"),
    ),
)
