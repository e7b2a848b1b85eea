"""Decide about mail that a restore brought back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.mail import count_held_mail, drop_held_mail, release_held_mail
from fincred import clock


class Command(BaseCommand):
    help = (
        "Show the mail that after_restore held, because it may have been sent since the backup. Release it to "
        "have it sent, or drop it. Example: manage.py held_mail --drop"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--release", action="store_true", help="have all of it sent")
        group.add_argument("--drop", action="store_true", help="delete all of it")

    def handle(self, *args: Any, release: bool, drop: bool, **options: Any) -> None:
        if release:
            self.stdout.write(self.style.SUCCESS(f"Mail that is due now: {release_held_mail(now=clock.now())}."))
        elif drop:
            self.stdout.write(self.style.SUCCESS(f"Mail that is deleted: {drop_held_mail()}."))
        else:
            for purpose, mails in count_held_mail().items():
                self.stdout.write(f"{purpose}: {mails}")
            self.stdout.write(f"Mail that is held: {sum(count_held_mail().values())}.")
