"""Addresses of the catalogue in the provider's panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.plans import categories, listing, page

urlpatterns: list[URLPattern] = [
    path("", listing.plan_list, name="plans"),
    path("<int:number>/", page.plan_page, name="plan"),
    path("categories/", categories.category_list, name="categories"),
    path("categories/add/", categories.category_add, name="category-add"),
    path("categories/<int:number>/", categories.category_edit, name="category"),
    path("categories/<int:number>/remove/", categories.category_remove, name="category-remove"),
]
