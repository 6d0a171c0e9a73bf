"""Addresses of the provider panel: one line per screen, in the order of the menu.

The name of a list or home is the one that `menu.py` declares; lines look like
`path("invoices/", include("entrepot.web.screens.invoices.urls_provider"))` or `path("", home, name="home")`.
"""

from django.urls import URLPattern, URLResolver, include, path

from entrepot.domain.ordering.acts import Act
from entrepot.domain.parties.scopes import Side
from entrepot.domain.subscriptions.queries import Book
from entrepot.web.panels.provider import columns
from entrepot.web.screens.home.provider import home
from entrepot.web.screens.orders.addresses import addresses as order_addresses
from entrepot.web.screens.search.views import results
from entrepot.web.screens.subscriptions.addresses import addresses as subscription_addresses
from entrepot.web.screens.users.addresses import addresses as user_addresses
from entrepot.web.screens.users.factors import demands

app_name = "provider"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("search/", results, name="search"),
    path("", include("entrepot.web.screens.marketplace.urls_seller")),
    path("", include("entrepot.web.screens.customers.urls_provider")),
    path(
        "subscriptions/",
        include(
            subscription_addresses(
                "subscription", book=Book.CUSTOMERS, columns=columns.SUBSCRIPTIONS
            )
        ),
    ),
    path(
        "orders/",
        include(order_addresses("order", side=Side.BOTH, columns=columns.ORDERS, acts=tuple(Act))),
    ),
    path("subscription-imports/", include("entrepot.web.screens.subscription_import.addresses")),
    path("provisioning/", include("entrepot.web.screens.provisioning.urls_provider")),
    path("billing/", include("entrepot.web.screens.billing.urls_provider")),
    path("", include("entrepot.web.screens.tasks.urls_provider")),
    path("users/second-factors/", demands, name="factor-demands"),
    path("users/", include(user_addresses())),
    path("roles/", include("entrepot.web.screens.roles.urls")),
    path("sign-in/", include("entrepot.web.screens.identity.urls")),
    path("accounts/<int:account>/users/", include(user_addresses("account-"))),
    path("invoices/", include("entrepot.web.screens.invoices.urls_provider")),
    path("usage-imports/", include("entrepot.web.screens.usage.urls_provider")),
    path("plans/", include("entrepot.web.screens.plans.urls_provider")),
    path("prices/", include("entrepot.web.screens.prices.urls")),
    path("promotions/", include("entrepot.web.screens.promotions.urls")),
    path("approvals/", include("entrepot.web.screens.orders.urls_approvals")),
    path("", include("entrepot.web.screens.messages.urls_seller")),
    path("notices/", include("entrepot.web.screens.subscriptions.urls_notices")),
    path("usage-prices/", include("entrepot.web.screens.usage.urls_prices")),
    path("price-lists/", include("entrepot.web.screens.catalogue.urls_provider")),
    path("exchange-rates/", include("entrepot.web.screens.rates.urls_provider")),
]
