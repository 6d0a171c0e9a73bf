"""Addresses of plans in the reseller's panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.plans import changes, listing, own, page

urlpatterns: list[URLPattern] = [
    path("", listing.plan_list, name="plans"),
    path("changes/", changes.change_list, name="plan-changes"),
    path("changes/act/", changes.act, name="plan-changes-act"),
    path("changes/policy/", changes.policy, name="plan-changes-policy"),
    path("changes/seen/", changes.seen, name="plan-changes-seen"),
    path("<int:number>/", page.plan_page, name="plan"),
    path("<int:number>/own/", own.own_values, name="plan-own"),
]
