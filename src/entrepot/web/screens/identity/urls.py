"""Addresses of sign-in portals and directories, the same in every panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.identity.acts import delete, switch, test_portal
from entrepot.web.screens.identity.directories import directory, group_role, new_token, revoke
from entrepot.web.screens.identity.editing import edit_portal, new_portal
from entrepot.web.screens.identity.listing import portal, portals

urlpatterns: list[URLPattern] = [
    path("", portals, name="portals"),
    path("new/", new_portal, name="portal-new"),
    path("directory/", directory, name="directory"),
    path("directory/tokens/new/", new_token, name="token-new"),
    path("directory/tokens/<int:number>/revoke/", revoke, name="token-revoke"),
    path("directory/groups/<int:number>/", group_role, name="group-role"),
    path("<int:number>/", portal, name="portal"),
    path("<int:number>/edit/", edit_portal, name="portal-edit"),
    path("<int:number>/test/", test_portal, name="portal-test"),
    path("<int:number>/switch/", switch, name="portal-switch"),
    path("<int:number>/delete/", delete, name="portal-delete"),
]
