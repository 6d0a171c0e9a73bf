"""Django app of the notifications package."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "entrepot.domain.notifications"
    label = "notifications"
