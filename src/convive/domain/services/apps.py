from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "convive.domain.services"
    label = "services"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.domain.services import duties, measures  # noqa: F401

        duties.register()
