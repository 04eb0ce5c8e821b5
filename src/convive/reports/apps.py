from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "convive.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.reports import kept

        kept.register()
