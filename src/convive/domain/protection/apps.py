from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    name = "convive.domain.protection"
    label = "protection"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.domain.protection import duties

        duties.register()
