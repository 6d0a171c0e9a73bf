"""Addresses of the accounts that a seller follows up, and of their credit holds; the same in the panels of sellers."""

from django.urls import URLPattern, path

from entrepot.web.screens.customers.credit import credit
from entrepot.web.screens.customers.holds import HOLD, PROTECT, RELEASE, change

urlpatterns: list[URLPattern] = [
    path("credit/", credit, name="credit"),
    *[
        path(f"credit/<int:number>/{act}/", change, {"act": act}, name=f"credit-{act}")
        for act in (HOLD, RELEASE, PROTECT)
    ],
]
