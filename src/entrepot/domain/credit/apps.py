"""Django app of the credit package."""

from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "entrepot.domain.credit"
    label = "credit"
