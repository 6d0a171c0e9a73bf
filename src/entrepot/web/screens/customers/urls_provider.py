"""Addresses of customers, resellers and their credit in the provider's panel."""

from django.urls import URLPattern, path

from entrepot.domain.parties.kinds import AccountKind
from entrepot.web.screens.customers import urls_accounts, urls_credit
from entrepot.web.screens.customers.acts import convert
from entrepot.web.screens.customers.editing import new_account
from entrepot.web.screens.customers.listing import account_list
from entrepot.web.screens.customers.page import page

urlpatterns: list[URLPattern] = [
    *urls_accounts.urlpatterns,
    path("resellers/", account_list, {"kind": AccountKind.RESELLER}, name="resellers"),
    path("resellers/new/", new_account, {"kind": AccountKind.RESELLER}, name="reseller-new"),
    path("accounts/<int:number>/convert/", convert, name="account-convert"),
    path("resellers/<int:number>/", page, name="reseller"),
    path("customers/", account_list, {"kind": AccountKind.CUSTOMER}, name="customers"),
    path("customers/<int:number>/", page, name="customer"),
    *urls_credit.urlpatterns,
]
