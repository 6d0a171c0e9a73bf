"""Addresses of the own account in the customer's panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.customers.editing import edit_own
from entrepot.web.screens.customers.page import own_page

urlpatterns: list[URLPattern] = [
    path("account/", own_page, name="account"),
    path("account/edit/", edit_own, name="own-account-edit"),
]
