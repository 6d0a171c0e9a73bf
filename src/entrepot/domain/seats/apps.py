"""Django app of the seats package."""

from django.apps import AppConfig


class SeatsConfig(AppConfig):
    name = "entrepot.domain.seats"
    label = "seats"
