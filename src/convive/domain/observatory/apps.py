from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "convive.domain.observatory"
    label = "observatory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the measures, and what waits for somebody."""
        from convive.domain.observatory import duties, measures  # noqa: F401

        duties.register()
