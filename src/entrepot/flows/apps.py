"""Django app of the flows: use cases over several packages."""

from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "entrepot.flows"
    label = "flows"

    def ready(self) -> None:
        """Connect events with their subscribers and tasks with their functions."""
        from entrepot.flows.wiring import connect  # noqa: PLC0415 - models exist from here on only

        connect()
