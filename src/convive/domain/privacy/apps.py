from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "convive.domain.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.access import duties
        from convive.domain.privacy import kept
        from convive.domain.privacy.duties import DataRequests

        duties.register(DataRequests())
        kept.register()
