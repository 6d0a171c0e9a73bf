"""Django app of the resale package."""

from django.apps import AppConfig


class ResaleConfig(AppConfig):
    name = "entrepot.domain.resale"
    label = "resale"
