"""A tab of a member of staff in a real browser, and a server with people for it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from fincred.tests.live import LiveServer, own_database

SUPPORT: Final = ("support@fincred.example", "here-to-help-you-save")
BOSS: Final = ("boss@fincred.example", "the-boss-of-them-all")
# What no support agent has typed: a name of 150 letters, and a goal that is one long word.
LENGTHY: Final = ("lengthy.montgomery@fincred.example", "Long " * 30, "W" * 100)
MAKE_PEOPLE: Final = f"""
from datetime import timedelta
from django.core.management import call_command
from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import OutgoingMail, User
from fincred import clock
from goals.services import create_goal
call_command("seed_demo")
demo = User.objects.get(email="demo@fincred.example")
now = clock.now()
for purpose in ("weekly_summary", "new_sign_in"):
    OutgoingMail.objects.create(user=demo, purpose=purpose, created_at=now, next_attempt_at=now,
                                attempts=MAX_MAIL_ATTEMPTS, failure="SMTPDataError 554")
for name in ("Robin One", "Robin Two"):
    User.objects.create_user(name[-3:].lower() + "@fincred.example", None, full_name=name, is_verified=True)
User.objects.create_user({BOSS[0]!r}, {BOSS[1]!r}, is_staff=True, is_superuser=True, is_verified=True)
lengthy = User.objects.create_user({LENGTHY[0]!r}, "no-one-enters-with-it", full_name={LENGTHY[1].strip()!r})
create_goal(owner=lengthy, type="emergency_fund", name={LENGTHY[2]!r}, target_amount=99999999, priority="High",
            target_date=now.date() + timedelta(days=99), why_text="w" * 500, now=now, today=now.date())
"""

expect.set_options(timeout=30_000)  # on a busy machine five seconds are not enough


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """With the demo person, two mails of theirs that were given up, a support agent, a superuser and others."""
    folder = tmp_path_factory.mktemp("browser")
    with own_database(folder) as url:
        # A quick machine signs in more often in a minute than one person may.
        server = LiveServer(folder, url, RATE_LIMIT_ENABLED="false")
        server.manage("shell", "-v0", "-c", MAKE_PEOPLE)
        with server:
            yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


class Office:
    """A tab of a member of staff that counts clicks, and notes what no page may do."""

    def __init__(self, browser: Browser, server: LiveServer, signed_in: Any = None) -> None:
        self.server, self.clicks, self.faults = server, 0, list[str]()
        size: Any = {"width": 1440, "height": 900}
        self.page: Page = browser.new_page(viewport=size, bypass_csp=True, storage_state=signed_in)
        ours = (server.url, "data:")
        self.page.on("console", lambda said: self._note(said.type in ("error", "warning"), said.text))
        self.page.on("pageerror", lambda error: self._note(True, str(error)))
        self.page.on("request", lambda asked: self._note(not asked.url.startswith(ours), asked.url))

    def _note(self, is_fault: bool, text: str) -> None:
        if is_fault:
            self.faults.append(f"{self.page.url}: {text}")

    def open(self, path: str = "") -> None:
        self.page.goto(f"{self.server.url}/admin/{path}")

    def show(self, scheme: Any, width: int) -> None:
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size({"width": width, "height": 900})

    def enter(self, email: str, password: str) -> None:
        """By keyboard alone."""
        self.open()
        keyboard = self.page.keyboard
        expect(self.page.get_by_label("Email")).to_be_focused()  # a page may be loaded before it has its focus
        keyboard.type(email)
        keyboard.press("Tab")
        expect(self.page.get_by_label("Password")).to_be_focused()
        keyboard.type(password)
        with self.page.expect_navigation():
            keyboard.press("Enter")

    def find(self, text: str) -> None:
        self.page.get_by_role("searchbox", name="E-mail, name").fill(text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def click(self, name: str | re.Pattern[str], role: Any = "button") -> None:
        self.clicks += 1
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name).first.click()

    def do(self, name: str) -> None:
        """An action with its reason."""
        self.click(re.compile(f"^{name}"))
        self.click("The person asked for it")

    def says(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("#content")).to_contain_text(text)


@pytest.fixture(scope="module")
def as_support(browser: Browser, server: LiveServer) -> Any:
    """The cookies of a support agent, who signed in by keyboard alone."""
    office = Office(browser, server)
    office.enter(*SUPPORT)
    cookies = office.page.context.storage_state()
    office.page.context.close()
    assert office.faults == []
    return cookies


@pytest.fixture(scope="module")
def as_boss(browser: Browser, server: LiveServer) -> Any:
    """The cookies of a superuser."""
    office = Office(browser, server)
    office.enter(*BOSS)
    cookies = office.page.context.storage_state()
    office.page.context.close()
    return cookies


@pytest.fixture
def office(browser: Browser, server: LiveServer, as_support: Any) -> Iterator[Office]:
    """At the start page, as support."""
    office = Office(browser, server, as_support)
    office.open()
    yield office
    office.page.context.close()
    assert office.faults == []


@pytest.fixture
def at_person(office: Office) -> Office:
    office.find("demo@fincred.example")
    return office
