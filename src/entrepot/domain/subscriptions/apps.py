"""Django app of the subscriptions package."""

from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "entrepot.domain.subscriptions"
    label = "subscriptions"
