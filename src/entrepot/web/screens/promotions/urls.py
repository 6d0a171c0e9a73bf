"""Addresses of promotions, the same in every seller's panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.promotions import creating, listing, page

urlpatterns: list[URLPattern] = [
    path("", listing.promotion_list, name="promotions"),
    path("new/", creating.new_promotion, name="promotion-new"),
    path("<int:number>/", page.promotion, name="promotion"),
    path("<int:number>/end/", page.end, name="promotion-end"),
]
