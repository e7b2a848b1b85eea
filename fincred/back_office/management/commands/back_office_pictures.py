"""Draw the main pages of the back office, for people who change them and for those who want to see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fincred.ops.chromium import NEEDS, SCHEMES, add_chromium_argument, open_chromium
from tracking.demo import DEMO_EMAIL, SUPPORT_EMAIL, SUPPORT_PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SIZES: Final = ((1440, 900), (390, 844))


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
    tab.get_by_label("Email").fill(SUPPORT_EMAIL)
    tab.get_by_label("Password").fill(SUPPORT_PASSWORD)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Log in").click()
    tab.goto(f"{admin}find/?q={DEMO_EMAIL}")
    if "/change/" not in tab.url:
        raise CommandError(
            f"{admin} doesn't let {SUPPORT_EMAIL} in, or doesn't know {DEMO_EMAIL}: run seed_demo there"
        )
    person = tab.url
    unrealistic = tab.get_by_role("article").filter(has_text="Why Unrealistic")
    plan = unrealistic.get_by_role("link", name="and what changed").first.evaluate("it => it.href")
    yield from (("start", admin), ("person", person), ("plan", plan), ("people", f"{admin}accounts/user/"))
