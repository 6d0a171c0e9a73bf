"""Addresses of the notices of ends, in the panels of provider and resellers."""

from django.urls import path

from entrepot.web.screens.subscriptions.notices import choose, notices

urlpatterns = [
    path("", notices, name="notices"),
    path("choose/", choose, name="notices-choose"),
]
