from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "convive.doors.workspace"
    label = "workspace"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What is changed of the plan on a page is what anybody reads of it."""
        from convive.domain.plans.signals import plan_changed
        from convive.pack.publish import republish

        plan_changed.connect(republish, dispatch_uid="republish")
