"""Draw the main pages of the back office, for people who change them and for those who want to see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fincred.ops.chromium import NEEDS, SCHEMES, add_chromium_argument, open_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SIZES: Final = ((1440, 900), (390, 844))
_AGENT: Final = ("support@fincred.example", "here-to-help-you-save")
_PERSON: Final = "demo@fincred.example"


class Command(BaseCommand):
    help = (
        f"Draw the back office's main pages at 1440 and 390 pixels, light and dark, into PNG files. {NEEDS} "
        "The server needs the people of seed_demo. Example: manage.py back_office_pictures docs/back-office"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--server", default="http://127.0.0.1:8000", help="where it answers")
        add_chromium_argument(parser)

    def handle(self, *args: Any, folder: Path, server: str, chromium: str, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with open_chromium(chromium) as browser:
            tab = browser.new_page()
            for page, path in _pages(tab, f"{server}/admin/"):
                for width, height in _SIZES:
                    tab.set_viewport_size({"width": width, "height": height})
                    tab.goto(path)  # again for each size: filters fold away when a page opens
                    for scheme in SCHEMES:
                        tab.emulate_media(color_scheme=scheme)
                        name = folder / f"{page}-{width}-{scheme}.png"
                        tab.screenshot(path=name, animations="disabled")  # links fade from theme to theme
                        self.stdout.write(str(name))


def _pages(tab: Page, admin: str) -> Iterator[tuple[str, str]]:
    """Name and address of each page; the tab is signed in after the first one."""
    yield "sign-in", admin
    email, password = _AGENT
    tab.get_by_label("Email").fill(email)
    tab.get_by_label("Password").fill(password)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Log in").click()
    tab.goto(f"{admin}find/?q={_PERSON}")
    if "/change/" not in tab.url:
        raise CommandError(f"{admin} doesn't let {email} in, or doesn't know {_PERSON}: run seed_demo there")
    person = tab.url
    # The least urgent goal of the demo is the one that is Unrealistic.
    plan = tab.get_by_role("link", name="and what changed").last.evaluate("it => it.href")
    yield from (("start", admin), ("person", person), ("plan", plan), ("people", f"{admin}accounts/user/"))
