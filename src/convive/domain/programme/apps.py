from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "convive.domain.programme"
    label = "programme"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.domain.programme import signin_journal  # noqa: F401  listens to sign-in
