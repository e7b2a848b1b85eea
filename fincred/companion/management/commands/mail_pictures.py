"""Draw each mail as it looks in a mail program, for people who change its words or its layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from accounts.mail import message_for, registered_purposes
from fincred.ops.chromium import NEEDS, SCHEMES, add_chromium_argument, open_chromium

WIDTHS = (360, 600)
_NOBODY = UUID(int=0)


def page_of(purpose: str) -> str:
    """The HTML part of a mail with the message's example."""
    message = message_for(purpose)
    url = message.unsubscribe(_NOBODY) if message.unsubscribe else ""
    mail = message.compose(
        mail_id=_NOBODY,
        address="sam@example.com",
        token="pT0w2n4v",  # noqa: S106  invented
        facts=message.example,
        unsubscribe_url=url,
    )
    [part] = mail.alternatives
    return str(part[0])


class Command(BaseCommand):
    help = (
        f"Draw each mail at 360 and 600 pixels, light and dark, into PNG files. {NEEDS} "
        "Example: manage.py mail_pictures docs/mail"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        add_chromium_argument(parser)

    def handle(self, *args: Any, folder: Path, chromium: str, **options: Any) -> None:
        pages = {purpose: page_of(purpose) for purpose in registered_purposes()}
        folder.mkdir(parents=True, exist_ok=True)
        with open_chromium(chromium) as browser:
            for purpose, page in pages.items():
                for width in WIDTHS:
                    for scheme in SCHEMES:
                        tab = browser.new_page(viewport={"width": width, "height": 200}, color_scheme=scheme)
                        tab.set_content(page)
                        name = folder / f"{purpose}-{width}-{scheme}.png"
                        tab.screenshot(path=name, full_page=True)
                        tab.close()
                        self.stdout.write(str(name))
