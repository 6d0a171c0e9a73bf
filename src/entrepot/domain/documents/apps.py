"""Django app of the documents package."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "entrepot.domain.documents"
    label = "documents"
