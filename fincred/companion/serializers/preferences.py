"""Which messages a person wants."""

from __future__ import annotations

from fincred.api.serializers import BooleanField, UpdateSerializer


class PreferencesSerializer(UpdateSerializer):
    """Each kind is on or off. Messages about the security of the account are no kind."""

    has_revision = True

    reminders = BooleanField(help_text="To check in, as often as the profile's `reminder_frequency` says.")
    payments = BooleanField(help_text="Of a plan's next payment, the day before.")
    weekly_summary = BooleanField(help_text="On Mondays, of the week before.")
    milestones = BooleanField(help_text="A quarter, half, three quarters or all of a goal.")
    drift = BooleanField(help_text="A goal is far from its plan, with ways back.")
