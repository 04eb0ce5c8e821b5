from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "convive.domain.programme"
    label = "programme"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.access import duties
        from convive.domain.programme import kept, sessions, signin_journal  # noqa: F401  both listen
        from convive.domain.programme.duties import Accounts

        duties.register(Accounts())
        kept.register()
