from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "convive.domain.services"
    label = "services"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.domain.services import (  # noqa: F401
            actions_forgetting,
            duties,
            measures,
            measures_girls,
            measures_outcomes,
            offline,
            places,
            received,
        )

        duties.register()
        received.register()
        offline.register()
        places.register()
        actions_forgetting.forget_with_the_person()
