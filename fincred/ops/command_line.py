"""`manage.py` without a search for garbage in what stays."""

from __future__ import annotations

import gc

from django.core.management import BaseCommand, ManagementUtility


class CommandLine(ManagementUtility):
    """All apps are loaded when it fetches its command. That code stays, so from then on no search goes through it.

    Whoever makes one switches garbage collection off before loading anything; it is on again for the command.
    """

    def fetch_command(self, subcommand: str) -> BaseCommand:
        command = super().fetch_command(subcommand)
        gc.freeze()
        gc.enable()
        return command
