"""Addresses of documents in the reseller's panel: what it buys, and below `issued/` what it sells."""

from django.urls import URLPattern, URLResolver, include, path

from entrepot.domain.parties.scopes import Side
from entrepot.web.screens.invoices.addresses import addresses

urlpatterns: list[URLPattern | URLResolver] = [
    *addresses("invoice", side=Side.BOUGHT),
    path("issued/", include(addresses("issued-invoice", side=Side.SOLD))),
]
