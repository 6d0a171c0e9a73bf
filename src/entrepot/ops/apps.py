"""Django app of the operator commands."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "entrepot.ops"
    label = "ops"
