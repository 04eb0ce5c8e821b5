from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "convive.evidence"
    label = "evidence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.access import duties
        from convive.evidence import kept
        from convive.evidence.duties import Evidence
        from convive.evidence.register.duties import Sources

        duties.register(Evidence())
        duties.register(Sources())
        kept.register()
