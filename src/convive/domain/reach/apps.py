from django.apps import AppConfig


class ReachConfig(AppConfig):
    name = "convive.domain.reach"
    label = "reach"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.domain.reach import duties, kept, measures  # noqa: F401

        duties.register()
        kept.register()
