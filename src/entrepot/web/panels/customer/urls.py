"""Addresses of the customer panel: one line per screen, in the order of the menu.

The name of a list or home is the one that `menu.py` declares; lines look like
`path("invoices/", include("entrepot.web.screens.invoices.urls_customer"))` or `path("", home, name="home")`.
"""

from django.urls import URLPattern, URLResolver, include, path

app_name = "customer"

urlpatterns: list[URLPattern | URLResolver] = [
    path("invoices/", include("entrepot.web.screens.invoices.urls_customer")),
]
