"""Django app of the flows: use cases over several packages."""

from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "entrepot.flows"
    label = "flows"
