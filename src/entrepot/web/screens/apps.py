"""Django app of the screens."""

from django.apps import AppConfig


class ScreensConfig(AppConfig):
    name = "entrepot.web.screens"
    label = "screens"
