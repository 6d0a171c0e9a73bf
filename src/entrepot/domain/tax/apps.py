"""Django app of the tax package."""

from django.apps import AppConfig


class TaxConfig(AppConfig):
    name = "entrepot.domain.tax"
    label = "tax"
