from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "convive.doors.workspace"
    label = "workspace"
    default_auto_field = "django.db.models.BigAutoField"
