"""Django app of the catalog package."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "entrepot.domain.catalog"
    label = "catalog"
