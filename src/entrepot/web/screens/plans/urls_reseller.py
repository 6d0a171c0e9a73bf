"""Addresses of plans in the reseller's panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.plans import listing, own, page

urlpatterns: list[URLPattern] = [
    path("", listing.plan_list, name="plans"),
    path("<int:number>/", page.plan_page, name="plan"),
    path("<int:number>/own/", own.own_values, name="plan-own"),
]
