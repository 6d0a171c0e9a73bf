"""Addresses of the customer panel: one line per screen, in the order of the menu.

The name of a list or home is the one that `menu.py` declares; lines look like
`path("invoices/", include("entrepot.web.screens.invoices.urls_customer"))` or `path("", home, name="home")`.
"""

from django.urls import URLPattern, URLResolver, include, path

from entrepot.domain.ordering.acts import Act
from entrepot.domain.parties.scopes import Side
from entrepot.domain.subscriptions.queries import Book
from entrepot.web.panels.customer import columns
from entrepot.web.screens.home.customer import home
from entrepot.web.screens.messages.addresses import addresses as message_addresses
from entrepot.web.screens.orders.addresses import addresses as order_addresses
from entrepot.web.screens.search.views import results
from entrepot.web.screens.subscriptions.addresses import addresses as subscription_addresses
from entrepot.web.screens.users.addresses import addresses as user_addresses
from entrepot.web.screens.users.factors import demands

app_name = "customer"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("search/", results, name="search"),
    path("", include("entrepot.web.screens.marketplace.urls_customer")),
    path("", include("entrepot.web.screens.customers.urls_customer")),
    path(
        "subscriptions/",
        include(
            subscription_addresses("subscription", book=Book.OWN, columns=columns.SUBSCRIPTIONS)
        ),
    ),
    path(
        "orders/",
        include(
            order_addresses(
                "order",
                side=Side.BOUGHT,
                columns=columns.ORDERS,
                acts=(Act.APPROVE, Act.REJECT, Act.CANCEL),
            )
        ),
    ),
    path("account/", include(message_addresses("message"))),
    path("services/", include("entrepot.web.screens.services.urls")),
    path("users/second-factors/", demands, name="factor-demands"),
    path("users/", include(user_addresses())),
    path("roles/", include("entrepot.web.screens.roles.urls")),
    path("sign-in/", include("entrepot.web.screens.identity.urls")),
    path("invoices/", include("entrepot.web.screens.invoices.urls_customer")),
]
