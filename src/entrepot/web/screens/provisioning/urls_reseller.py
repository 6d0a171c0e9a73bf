"""Addresses of provisioning in the resellers' panel."""

from django.urls import path

from entrepot.web.screens.provisioning.sold import sold_operations

urlpatterns = [path("", sold_operations, name="provisioning")]
