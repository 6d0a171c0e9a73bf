"""Addresses of the workflows of approvals, in the panels of provider and resellers."""

from django.urls import path

from entrepot.web.screens.orders.approvals import approvals, edit

urlpatterns = [
    path("", approvals, name="approvals"),
    path("new/", edit, name="approval-new"),
    path("<int:number>/", edit, name="approval"),
]
