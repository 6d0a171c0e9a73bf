"""Django app of the audit trail."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "entrepot.infra.audit"
    label = "audit"
