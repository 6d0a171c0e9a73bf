"""Addresses of the catalogue in the provider's panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.plans import categories, editing, listing, page, products, switching

urlpatterns: list[URLPattern] = [
    path("", listing.plan_list, name="plans"),
    path("add/", editing.plan_add, name="plan-add"),
    path("<int:number>/", page.plan_page, name="plan"),
    path("<int:number>/edit/", editing.plan_edit, name="plan-edit"),
    path("<int:number>/periods/", editing.period_add, name="period-add"),
    path("periods/<int:number>/", editing.period_edit, name="period"),
    path("<int:number>/resources/", editing.contents, name="plan-contents"),
    path("<int:number>/price/", editing.fee, name="plan-fee"),
    path("<int:number>/needs/", editing.needs, name="plan-needs"),
    path("<int:number>/switches/", switching.switches, name="plan-switches"),
    path("services/", products.service_list, name="services"),
    path("services/add/", products.service_add, name="service-add"),
    path("services/<int:number>/", products.service_edit, name="service"),
    path("resources/", products.resource_list, name="resources"),
    path("resources/add/", products.resource_add, name="resource-add"),
    path("resources/<int:number>/", products.resource_edit, name="resource"),
    path("resources/<int:number>/parts/", products.resource_parts, name="resource-parts"),
    path("categories/", categories.category_list, name="categories"),
    path("categories/add/", categories.category_add, name="category-add"),
    path("categories/<int:number>/", categories.category_edit, name="category"),
    path("categories/<int:number>/remove/", categories.category_remove, name="category-remove"),
]
