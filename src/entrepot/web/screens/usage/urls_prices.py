"""Addresses of the seller's own prices of usage, in the panels of provider and resellers."""

from django.urls import path

from entrepot.web.screens.usage.prices import usage_prices
from entrepot.web.screens.usage.set_price import set_price

urlpatterns = [
    path("", usage_prices, name="usage-prices"),
    path("set/", set_price, name="usage-price-set"),
]
