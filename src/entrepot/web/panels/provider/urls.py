"""Addresses of the provider panel: one line per screen, in the order of the menu.

The name of a list or home is the one that `menu.py` declares; lines look like
`path("invoices/", include("entrepot.web.screens.invoices.urls_provider"))` or `path("", home, name="home")`.
"""

from django.urls import URLPattern, URLResolver, include, path

app_name = "provider"

urlpatterns: list[URLPattern | URLResolver] = [
    path("billing/", include("entrepot.web.screens.billing.urls_provider")),
    path("", include("entrepot.web.screens.billing.urls_jobs")),
    path("invoices/", include("entrepot.web.screens.invoices.urls_provider")),
]
