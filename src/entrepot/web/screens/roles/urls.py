"""Addresses of roles, the same in every panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.roles.listing import new_role, remove, role, roles

urlpatterns: list[URLPattern] = [
    path("", roles, name="roles"),
    path("new/", new_role, name="role-new"),
    path("<int:number>/", role, name="role"),
    path("<int:number>/remove/", remove, name="role-remove"),
]
