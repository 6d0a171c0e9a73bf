"""Django app of the identity package."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "entrepot.domain.identity"
    label = "identity"
