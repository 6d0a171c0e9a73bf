"""Django app of the ordering package."""

from django.apps import AppConfig


class OrderingConfig(AppConfig):
    name = "entrepot.domain.ordering"
    label = "ordering"
