"""Addresses of usage imports in the provider's panel."""

from django.urls import path

from entrepot.web.screens.usage import lines, listing, page

urlpatterns = [
    path("", listing.import_list, name="usage-imports"),
    path("upload/", listing.upload, name="usage-import-upload"),
    path("work/<int:number>/", listing.work, name="usage-import-work"),
    path("<int:number>/", page.import_page, name="usage-import"),
    path("<int:number>/map/", page.map_account, name="usage-import-map"),
    path("<int:number>/rejected/", page.rejects, name="usage-import-rejects"),
    path("<int:number>/lines/", lines.lines, name="usage-import-lines"),
]
