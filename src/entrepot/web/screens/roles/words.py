"""What privileges and levels are called, and what each level lets people do."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entrepot.domain.parties.roles import Level, Privilege

PRIVILEGES: Mapping[Privilege, object] = {
    Privilege.ACCOUNTS: _("Accounts"),
    Privilege.SUBSCRIPTIONS: _("Subscriptions"),
    Privilege.ORDERS: _("Orders"),
    Privilege.PAYMENTS: _("Payments of orders"),
    Privilege.INVOICES: _("Invoices"),
    Privilege.PRICES: _("Own prices, costs and margins"),
    Privilege.DOWNSTREAM_PRICES: _("Resale prices of lower tiers"),
    Privilege.PRICE_LISTS: _("Price lists of vendors"),
    Privilege.USAGE: _("Usage files"),
    Privilege.BILLING: _("Billing runs"),
    Privilege.CREDIT: _("Credit"),
    Privilege.TASKS: _("Tasks"),
    Privilege.AUDIT: _("Audit trail"),
    Privilege.USERS: _("Users and their services"),
    Privilege.MESSAGES: pgettext_lazy("mail", "Messages"),
    Privilege.IDENTITY: _("Sign-in portals"),
    Privilege.ACTING: _("Acting on behalf of accounts"),
}

LEVELS: Mapping[Level, object] = {
    Level.DISABLED: pgettext_lazy("level", "Disabled"),
    Level.VIEW: pgettext_lazy("level", "View"),
    Level.MANAGE: pgettext_lazy("level", "Manage"),
    Level.ADMIN: pgettext_lazy("level", "Admin"),
}

HINTS: Mapping[Privilege, object] = {
    Privilege.ACCOUNTS: _("Manage edits accounts; Admin also opens, holds and converts them."),
    Privilege.PAYMENTS: _("Says that the money of an order has come in."),
    Privilege.USERS: _(
        "Manage edits people and assigns services; Admin also creates and deletes them and gives roles."
    ),
    Privilege.MESSAGES: _("Manage changes wording and recipients, and sends again."),
    Privilege.ACTING: _("Opens the panels of accounts below, for an hour, with a reason."),
}
