from django.apps import AppConfig


class CompanionConfig(AppConfig):
    name = "fincred.companion"
    label = "companion"
    default_auto_field = "django.db.models.BigAutoField"
