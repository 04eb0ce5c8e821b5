from django.apps import AppConfig


class OfflineConfig(AppConfig):
    name = "convive.domain.offline"
    label = "offline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.domain.offline import kept

        kept.register()
