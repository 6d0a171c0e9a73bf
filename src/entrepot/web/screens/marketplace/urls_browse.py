"""Addresses of the marketplace where it is only looked at: the provider's panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.marketplace.listing import marketplace
from entrepot.web.screens.marketplace.offer import offer

urlpatterns: list[URLPattern] = [
    path("marketplace/", marketplace, name="marketplace"),
    path("marketplace/<int:number>/", offer, name="offer"),
]
