"""Django app of the usage package."""

from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "entrepot.domain.usage"
    label = "usage"
