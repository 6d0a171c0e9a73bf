"""The Django application of the components."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Registers templates, static files and translations of the components."""

    name = "entrepot.web.ui"
    label = "ui"
