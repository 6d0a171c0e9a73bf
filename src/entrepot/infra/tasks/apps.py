"""Django app of the task queue and its job pages."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "entrepot.infra.tasks"
    label = "tasks"
