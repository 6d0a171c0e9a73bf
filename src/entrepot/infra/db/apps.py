"""Django app of the database ground: fields, enum types, the SQL loader, locks."""

from django.apps import AppConfig


class DbConfig(AppConfig):
    name = "entrepot.infra.db"
    label = "infra_db"
