"""Django app of the parties package."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "entrepot.domain.parties"
    label = "parties"
