from django.apps import AppConfig


class CompanionConfig(AppConfig):
    name = "fincred.companion"
    label = "companion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.services import register_purge
        from fincred.companion.demo import add_conversation
        from fincred.companion.models import ChatSession
        from fincred.events import DemoCreated, subscribe

        register_purge("chat sessions", ChatSession.objects.purgeable)
        subscribe(DemoCreated, add_conversation)
