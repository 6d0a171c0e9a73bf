"""Addresses of customers with their credit, and of the own account, in the reseller's panel."""

from django.urls import URLPattern, path

from entrepot.domain.parties.kinds import AccountKind
from entrepot.web.screens.customers import urls_accounts, urls_credit
from entrepot.web.screens.customers.brand import brand
from entrepot.web.screens.customers.editing import new_account
from entrepot.web.screens.customers.listing import account_list
from entrepot.web.screens.customers.page import own_page, page

urlpatterns: list[URLPattern] = [
    *urls_accounts.urlpatterns,
    path("customers/", account_list, {"kind": AccountKind.CUSTOMER}, name="customers"),
    path("resellers/new/", new_account, {"kind": AccountKind.RESELLER}, name="reseller-new"),
    path("customers/<int:number>/", page, name="customer"),
    *urls_credit.urlpatterns,
    path("account/", own_page, name="account"),
    path("account/brand/", brand, name="brand"),
]
