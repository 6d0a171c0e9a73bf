"""Addresses of the reseller panel: one line per screen, in the order of the menu.

The name of a list or home is the one that `menu.py` declares; lines look like
`path("invoices/", include("entrepot.web.screens.invoices.urls_reseller"))` or `path("", home, name="home")`.
"""

from django.urls import URLPattern, URLResolver, include, path

from entrepot.domain.ordering.acts import Act
from entrepot.domain.parties.scopes import Side
from entrepot.domain.subscriptions.queries import Book
from entrepot.web.panels.reseller import columns
from entrepot.web.screens.home.reseller import home
from entrepot.web.screens.messages.addresses import addresses as message_addresses
from entrepot.web.screens.orders.addresses import addresses as order_addresses
from entrepot.web.screens.search.views import results
from entrepot.web.screens.subscriptions.addresses import addresses as subscription_addresses
from entrepot.web.screens.users.addresses import addresses as user_addresses
from entrepot.web.screens.users.factors import demands

app_name = "reseller"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("setup/", include("entrepot.web.screens.setup.urls")),
    path("search/", results, name="search"),
    path("", include("entrepot.web.screens.marketplace.urls_seller")),
    path("", include("entrepot.web.screens.customers.urls_reseller")),
    path(
        "subscriptions/",
        include(
            subscription_addresses(
                "subscription", book=Book.CUSTOMERS, columns=columns.SUBSCRIPTIONS
            )
        ),
    ),
    path(
        "account/subscriptions/",
        include(
            subscription_addresses(
                "own-subscription", book=Book.OWN, columns=columns.OWN_SUBSCRIPTIONS
            )
        ),
    ),
    path(
        "orders/",
        include(
            order_addresses(
                "order",
                side=Side.SOLD,
                columns=columns.ORDERS,
                acts=(Act.APPROVE, Act.REJECT, Act.ACCEPT, Act.RESUBMIT, Act.CANCEL),
            )
        ),
    ),
    path(
        "account/orders/",
        include(
            order_addresses(
                "own-order",
                side=Side.BOUGHT,
                columns=columns.OWN_ORDERS,
                acts=(Act.APPROVE, Act.REJECT, Act.RESUBMIT, Act.CANCEL),
            )
        ),
    ),
    path("plans/", include("entrepot.web.screens.plans.urls_reseller")),
    path("prices/", include("entrepot.web.screens.prices.urls")),
    path("promotions/", include("entrepot.web.screens.promotions.urls")),
    path("approvals/", include("entrepot.web.screens.orders.urls_approvals")),
    path("provisioning/", include("entrepot.web.screens.provisioning.urls_reseller")),
    path("", include("entrepot.web.screens.messages.urls_seller")),
    path("account/", include(message_addresses("own-message"))),
    path("notices/", include("entrepot.web.screens.subscriptions.urls_notices")),
    path("subscription-imports/", include("entrepot.web.screens.subscription_import.addresses")),
    path("usage-prices/", include("entrepot.web.screens.usage.urls_prices")),
    path("users/second-factors/", demands, name="factor-demands"),
    path("users/", include(user_addresses())),
    path("roles/", include("entrepot.web.screens.roles.urls")),
    path("sign-in/", include("entrepot.web.screens.identity.urls")),
    path("accounts/<int:account>/users/", include(user_addresses("account-"))),
    path("invoices/", include("entrepot.web.screens.invoices.urls_reseller")),
]
