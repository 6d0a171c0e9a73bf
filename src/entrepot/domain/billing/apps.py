"""Django app of the billing package."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "entrepot.domain.billing"
    label = "billing"
