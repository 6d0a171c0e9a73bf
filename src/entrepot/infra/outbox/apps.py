"""Django app of the outbox: things to send, written with their cause."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "entrepot.infra.outbox"
    label = "outbox"
