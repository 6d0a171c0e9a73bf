"""Addresses of the import of running subscriptions; the same in the panels of sellers."""

from django.urls import URLPattern, path

from entrepot.web.screens.subscription_import import listing, work

urlpatterns: list[URLPattern] = [
    path("", listing.imports, name="subscription-imports"),
    path("template/", listing.template_file, name="subscription-import-template"),
    path("upload/", listing.upload, name="subscription-import-upload"),
    path("<int:number>/", work.work, name="subscription-import"),
    path("<int:number>/apply/", work.apply, name="subscription-import-apply"),
]
