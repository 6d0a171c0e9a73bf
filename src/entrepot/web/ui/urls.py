"""Addresses of the gallery; mounted in development only."""

from django.urls import path

from entrepot.web.ui import gallery, views

app_name = "ui"

urlpatterns = [
    path("", gallery.index, name="gallery"),
    path("brand.css", gallery.brand_sheet, name="gallery-brand"),
    path("preference/", views.set_preference, name="preference"),
    path("<slug:name>/", gallery.page, name="gallery-page"),
]
