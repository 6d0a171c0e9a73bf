"""Addresses of the set-up in the reseller's panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.setup.brand import brand
from entrepot.web.screens.setup.company import company
from entrepot.web.screens.setup.plans import plans
from entrepot.web.screens.setup.prices import prices
from entrepot.web.screens.setup.steps import overview

urlpatterns: list[URLPattern] = [
    path("", overview, name="setup"),
    path("company/", company, name="setup-company"),
    path("plans/", plans, name="setup-plans"),
    path("prices/", prices, name="setup-prices"),
    path("brand/", brand, name="setup-brand"),
]
