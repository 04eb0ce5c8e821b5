from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "convive.domain.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.domain.people import actions_forgetting, duties, kept, offline

        actions_forgetting.register()
        duties.register()
        kept.register()
        offline.register()
