"""Django app of the provisioning package."""

from django.apps import AppConfig


class ProvisioningConfig(AppConfig):
    name = "entrepot.domain.provisioning"
    label = "provisioning"
