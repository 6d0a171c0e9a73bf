"""Addresses of exchange rates in the provider's panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.rates.listing import rate_list
from entrepot.web.screens.rates.setting import set_rate

urlpatterns: list[URLPattern] = [
    path("", rate_list, name="exchange-rates"),
    path("set/", set_rate, name="exchange-rate-set"),
]
