"""Django app of the ledger package."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "entrepot.domain.ledger"
    label = "ledger"
