from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "convive.domain.plans"
    label = "plans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.domain.plans import duties

        duties.register()
