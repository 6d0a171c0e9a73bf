"""Addresses of the marketplace, the cart and the checkout in the customer's panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.marketplace.cart import cart, change
from entrepot.web.screens.marketplace.checkout import order, placed
from entrepot.web.screens.marketplace.listing import marketplace
from entrepot.web.screens.marketplace.offer import add, offer

urlpatterns: list[URLPattern] = [
    path("marketplace/", marketplace, name="marketplace"),
    path("marketplace/<int:number>/", offer, name="offer"),
    path("marketplace/<int:number>/add/", add, name="cart-add"),
    path("cart/", cart, name="cart"),
    path("cart/change/", change, name="cart-change"),
    path("cart/order/", order, name="cart-order"),
    path("cart/placed/<str:key>/", placed, name="cart-placed"),
]
