from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "financehub.tasks"
    label = "tasks"
