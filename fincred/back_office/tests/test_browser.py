"""The back office in a real browser: the jobs of support in clicks, by keyboard, and what holds on every page."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from fincred.tests.live import ROOT, LiveServer, own_database

# Once: what a browser sees doesn't depend on the database.
pytestmark = [pytest.mark.once, pytest.mark.platform, pytest.mark.slow, pytest.mark.chromium]

SUPPORT: Final = ("support@fincred.example", "here-to-help-you-save")
BOSS: Final = ("boss@fincred.example", "the-boss-of-them-all")
LISTS: Final = ("accounts/user", "accounts/auditentry", "goals/goal", "tracking/checkin")
AXE: Final = "axe-core@4.14.1"
AXE_SHA512: Final = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
# What no support agent has typed: a name of 150 letters, and a goal that is one long word.
LENGTHY: Final = ("lengthy.montgomery@fincred.example", "Long " * 30, "W" * 100)
MAKE_PEOPLE: Final = f"""
from datetime import timedelta
from django.core.management import call_command
from accounts.models import User
from fincred import clock
from goals.services import create_goal
call_command("seed_demo")
User.objects.create_user({BOSS[0]!r}, {BOSS[1]!r}, is_staff=True, is_superuser=True, is_verified=True)
lengthy = User.objects.create_user({LENGTHY[0]!r}, "no-one-enters-with-it", full_name={LENGTHY[1].strip()!r})
now = clock.now()
create_goal(owner=lengthy, type="emergency_fund", name={LENGTHY[2]!r}, target_amount=99999999, priority="High",
            target_date=now.date() + timedelta(days=99), why_text="w" * 500, now=now, today=now.date())
"""

expect.set_options(timeout=30_000)  # on a busy machine five seconds are not enough


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """With the demo person, the support agent, a superuser, and somebody who types a lot."""
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


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core, which finds what people with disabilities stumble over; npm has it."""
    folder = tmp_path_factory.mktemp("axe")
    try:
        subprocess.run(["npm", "pack", AXE], cwd=folder, check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        pytest.skip(f"needs npm and a registry with {AXE}")
    [archive] = folder.glob("*.tgz")
    assert base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() == AXE_SHA512
    shutil.unpack_archive(archive, folder)
    return (folder / "package" / "axe.min.js").read_text()


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


class TestFinding:
    @pytest.mark.parametrize("sought", ["demo@", "dana", "Demo"])
    def test_a_person_takes_no_click(self, office: Office, sought: str) -> None:
        office.find(sought)
        expect(office.page.get_by_role("heading", level=1)).to_have_text("Dana Demo")
        assert office.clicks == 0

    def test_a_request_leads_to_what_it_did(self, office: Office, server: LiveServer) -> None:
        body = b'{"email": "demo@fincred.example", "password": "twelve-weeks-of-saving"}'
        request_id = server.post("/api/v0/auth/login", body).headers["X-Request-ID"]
        office.find(request_id)
        office.says("session opened")


class TestJobs:
    """Each at most two clicks from the person's page."""

    def test_why_is_read_there_and_counted_out_one_click_further(self, at_person: Office) -> None:
        at_person.says(re.compile("Why (Comfortable|Tight|Unrealistic):"))
        at_person.click(re.compile("^Plan: .*, and what changed"), "link")
        at_person.says("How that comes about")
        at_person.says("Versions side by side")
        assert at_person.clicks == 1

    def test_a_goal_is_cancelled_and_found_and_brought_back(self, at_person: Office) -> None:
        at_person.do("Cancel Two weeks in Portugal")
        assert at_person.clicks == 2
        at_person.do("Reopen Two weeks in Portugal")
        assert at_person.clicks == 4
        expect(at_person.page.get_by_role("button", name="Cancel Two weeks in Portugal")).to_be_visible()

    def test_what_is_in_the_way_of_signing_in_and_of_mail_is_said_there(self, at_person: Office) -> None:
        at_person.says("Nothing is in the way.")
        at_person.do("Send the mail for a new password")
        at_person.says("reset password")
        assert at_person.clicks == 2

    def test_the_streak_is_shown_with_its_weeks(self, at_person: Office) -> None:
        at_person.says("Weeks from Monday to Sunday where they live")

    def test_who_looked_is_read_there(self, at_person: Office) -> None:
        at_person.page.reload()
        at_person.says("Sascha Support")

    def test_somebody_in_the_account_is_put_out_by_keyboard_alone(self, at_person: Office) -> None:
        page = at_person.page
        for name in ("End all sessions", "For the account's safety"):
            self.press_tab_to(page, name)
            with page.expect_navigation():
                page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Dana Demo")
        at_person.says("sessions ended")
        assert at_person.clicks == 0

    def press_tab_to(self, page: Page, name: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent").strip() == name:
                return
        pytest.fail(f"no way by keyboard to {name!r}")

    def test_export_and_erasure_take_two_clicks(self, browser: Browser, server: LiveServer) -> None:
        office = Office(browser, server)
        office.enter(*BOSS)
        office.find("demo@fincred.example")
        office.click("Export their data")
        with office.page.expect_download() as download:
            office.page.get_by_role("button", name="The person asked for it").click()
        assert "Portugal" in Path(download.value.path()).read_text()
        office.find("demo@fincred.example")
        office.click("Erase")
        office.says("It can't be undone.")
        office.page.get_by_role("link", name="Don't").click()
        assert office.faults == []


class TestPictures:
    def test_are_drawn_by_a_command(self, server: LiveServer, tmp_path: Path) -> None:
        server.manage("back_office_pictures", str(tmp_path), "--server", server.url)
        names = {path.name for path in tmp_path.iterdir()}
        assert names == {path.name for path in (ROOT / "docs" / "back-office").iterdir()}


@pytest.mark.axe
class TestEveryPage:
    """At 1440 pixels and light, then at 390 and dark."""

    def test_bars_nobody_and_asks_no_other_host(self, office: Office, axe: str) -> None:
        barriers = list[str]()
        office.page.context.add_init_script(axe)

        def look(path: str) -> None:
            for scheme, width in (("light", 1440), ("dark", 390)):
                office.show(scheme, width)
                if scheme == "light":
                    office.open(path)
                    office.page.add_style_tag(content="* { transition: none !important }")
                for found in office.page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]:
                    barriers.append(f"{path} {scheme}: {found['id']} {found['nodes'][0]['html'][:120]}")

        office.find("demo@fincred.example")
        hrefs = office.page.locator("#content a[href*='/change/']").evaluate_all("them => them.map(it => it.href)")
        firsts = {re.sub("[0-9a-f-]{36}", "*", href): href for href in reversed(hrefs)}.values()
        filtered = "accounts/user/?sign_in=staff"
        for path in (
            "",
            filtered,
            *(f"{name}/" for name in LISTS),
            *(each.partition("/admin/")[2] for each in firsts),
        ):
            look(path)
        office.page.context.clear_cookies()
        look("login/")
        assert barriers == []
        assert len(firsts) >= 2


class TestLists:
    """On a phone what matters is on the screen; on a desk a list is as wide as its page."""

    @pytest.mark.parametrize("name", ["goals/goal", "planning/snapshot"])
    def test_show_amounts_and_days(self, at_person: Office, name: str) -> None:
        of_person, page = at_person.page.url.split("/")[-3], at_person.page
        for width in (1440, 390):
            at_person.show("light", width)
            at_person.open(f"{name}/?user__exact={of_person}")
            row = page.locator("#result_list tbody tr").first.locator("th, td")
            seen = "\n".join(cell.inner_text() for cell in row.all() if cell.is_visible())
            assert re.search(r"\d\.\d\d", seen), (width, seen)
            assert re.search(r"\d [A-Z][a-z]{2} \d{4}", seen), (width, seen)
            lists = page.locator(".results")
            assert lists.evaluate("it => it.scrollWidth <= it.clientWidth"), (width, name)
            for column in {
                "goals/goal": ("current_amount", "target_amount"),
                "planning/snapshot": ("monthly_surplus",),
            }[name]:
                expect(page.locator(f"#result_list .field-{column}").first).to_be_in_viewport()

    def test_are_reached_from_the_start_page_of_a_phone_and_as_wide_as_any_screen(
        self, browser: Browser, server: LiveServer, as_boss: Any
    ) -> None:
        """Every list, with all that a superuser sees of it."""
        office, wide = Office(browser, server, as_boss), list[str]()
        office.show("light", 390)
        office.open()
        office.page.get_by_text("All lists").click()
        links = office.page.locator("#content .bo-lists a")
        lists = [link.get_attribute("href") or "" for link in links.all() if link.is_visible()]
        assert len(lists) == 16
        for path in lists:
            searches = "" if path.endswith(("/jobstate/", "/refusedsignins/")) else "?q=demo"
            office.page.goto(f"{server.url}{path}{searches}")
            for width in (390, 768, 900, 1024, 1100, 1280, 1440):
                office.show("light", width)
                if office.page.evaluate(
                    "[document.scrollingElement, ...document.querySelectorAll('.results')]"
                    ".some(it => it.scrollWidth > it.clientWidth + 1)"
                ):
                    wide.append(f"{width}: {path}")
        office.page.context.close()
        assert wide == []

    @pytest.mark.parametrize("name", ["accounts/user", "accounts/auditentry"])
    def test_have_an_address_on_one_line_where_there_is_room(self, office: Office, name: str) -> None:
        office.find(LENGTHY[0])
        office.open(f"{name}/")
        link = office.page.locator("#result_list :is(.field-email, .field-person) a", has_text=LENGTHY[0]).first
        assert link.evaluate("it => it.getClientRects().length * it.offsetHeight < 25")


class TestWhatPeopleType:
    def test_makes_no_page_wider_than_its_screen(self, office: Office) -> None:
        office.find(LENGTHY[0])
        person, wide = office.page.url, list[str]()
        goal = office.page.get_by_role("link", name=LENGTHY[2]).get_attribute("href") or ""
        goals = f"/admin/goals/goal/?user__exact={person.split('/')[-3]}"
        for width in (1440, 390):
            office.show("light", width)
            for path in (person, goal, goals):
                office.page.goto(path if path == person else f"{office.server.url}{path}")
                if office.page.evaluate(
                    "[document.scrollingElement, ...document.querySelectorAll('.results, .bo-card')]"
                    ".some(it => it.scrollWidth > it.clientWidth + 1)"
                ):
                    wide.append(f"{width}: {path}")
        assert wide == []
