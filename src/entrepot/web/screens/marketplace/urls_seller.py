"""Addresses of the marketplace in the panels of sellers: as the customer's, and for whom they buy."""

from django.urls import URLPattern, path

from entrepot.web.screens.marketplace import urls_customer
from entrepot.web.screens.marketplace.customer import customer

urlpatterns: list[URLPattern] = [
    *urls_customer.urlpatterns,
    path("cart/customer/", customer, name="cart-customer"),
]
