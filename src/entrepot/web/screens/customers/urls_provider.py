"""Addresses of customers, resellers and their credit holds in the provider's panel."""

from django.urls import URLPattern, path

from entrepot.domain.parties.kinds import AccountKind
from entrepot.web.screens.customers.credit import credit
from entrepot.web.screens.customers.holds import HOLD, PROTECT, RELEASE, change
from entrepot.web.screens.customers.listing import account_list
from entrepot.web.screens.customers.page import page

urlpatterns: list[URLPattern] = [
    path("resellers/", account_list, {"kind": AccountKind.RESELLER}, name="resellers"),
    path("resellers/<int:number>/", page, name="reseller"),
    path("customers/", account_list, {"kind": AccountKind.CUSTOMER}, name="customers"),
    path("customers/<int:number>/", page, name="customer"),
    path("credit/", credit, name="credit"),
    *[
        path(f"credit/<int:number>/{act}/", change, {"act": act}, name=f"credit-{act}")
        for act in (HOLD, RELEASE, PROTECT)
    ],
]
