from django.apps import AppConfig


class CommitteesConfig(AppConfig):
    name = "convive.domain.committees"
    label = "committees"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.domain.committees import duties

        duties.register()
