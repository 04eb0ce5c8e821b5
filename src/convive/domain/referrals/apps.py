from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "convive.domain.referrals"
    label = "referrals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from convive.domain.referrals import actions, duties, measures, sheet  # noqa: F401

        duties.register()
        sheet.register()
        actions.forget_with_the_person()
