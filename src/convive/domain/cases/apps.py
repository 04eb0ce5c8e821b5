from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "convive.domain.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.domain.cases import actions_handover, duties, measures, sheet  # noqa: F401

        duties.register()
        sheet.register()
        actions_handover.join_the_register()
