"""Addresses of the marketplace, the cart and the checkout in the customer's panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.marketplace import urls_browse
from entrepot.web.screens.marketplace.cart import cart, change
from entrepot.web.screens.marketplace.checkout import order, placed
from entrepot.web.screens.marketplace.offer import add

urlpatterns: list[URLPattern] = [
    *urls_browse.urlpatterns,
    path("marketplace/<int:number>/add/", add, name="cart-add"),
    path("cart/", cart, name="cart"),
    path("cart/change/", change, name="cart-change"),
    path("cart/order/", order, name="cart-order"),
    path("cart/placed/<str:key>/", placed, name="cart-placed"),
]
