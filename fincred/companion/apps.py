from django.apps import AppConfig


class CompanionConfig(AppConfig):
    name = "fincred.companion"
    label = "companion"
    verbose_name = "Messages and texts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.mail import register_message
        from accounts.services import register_purge
        from fincred.companion import services
        from fincred.companion.demo import add_conversation
        from fincred.companion.jobs import JOBS
        from fincred.companion.messages import MESSAGES
        from fincred.companion.models import ChatSession, OutgoingPush
        from fincred.events import (
            DatabaseRestored,
            DemoCreated,
            LessIsThere,
            MilestonesReached,
            PersonVerified,
            ProfileChanged,
            subscribe,
        )
        from fincred.ops.jobs import register_job

        register_purge("chat sessions", ChatSession.objects.purgeable)
        register_purge("pushes", OutgoingPush.objects.purgeable)
        subscribe(DemoCreated, add_conversation)
        subscribe(DemoCreated, services.on_demo_created)
        subscribe(DatabaseRestored, services.on_database_restored)
        subscribe(PersonVerified, services.on_person_verified)
        subscribe(ProfileChanged, services.on_profile_changed)
        subscribe(MilestonesReached, services.on_milestones_reached)
        subscribe(LessIsThere, services.on_less_is_there)
        for message in MESSAGES:
            register_message(message)
        for job in JOBS:
            register_job(job)
