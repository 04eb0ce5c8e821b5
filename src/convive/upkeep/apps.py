from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    name = "convive.upkeep"
    label = "upkeep"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.access import duties
        from convive.upkeep import kept
        from convive.upkeep.duties import Upkeep

        duties.register(Upkeep())
        kept.register()
