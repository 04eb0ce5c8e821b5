from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "convive.domain.observatory"
    label = "observatory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the measures."""
        from convive.domain.observatory import measures  # noqa: F401
