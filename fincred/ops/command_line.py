"""`manage.py`, without garbage collection while it loads the apps."""

from __future__ import annotations

import gc

from django.core.management import BaseCommand, ManagementUtility


class CommandLine(ManagementUtility):
    """The caller calls `gc.disable()` before it imports anything.

    Once the command is fetched all apps are loaded: that is frozen, and collection is on again for the command.
    """

    def fetch_command(self, subcommand: str) -> BaseCommand:
        command = super().fetch_command(subcommand)
        gc.freeze()
        gc.enable()
        return command
