"""Addresses of the test site: the gallery alone."""

from django.urls import include, path

urlpatterns = [path("ui/", include("entrepot.web.ui.urls"))]
