"""The twelve jobs of docs/back-office.md in a real browser, each in as many clicks as the guide says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from fincred.back_office.tests.browsing import Office
from fincred.tests.live import LiveServer

# Once: what a browser sees doesn't depend on the database.
pytestmark = [pytest.mark.once, pytest.mark.platform, pytest.mark.slow, pytest.mark.chromium]


class TestFinding:
    @pytest.mark.parametrize("sought", ["demo@", "dana", "Demo"])
    def test_a_person_takes_no_click(self, office: Office, sought: str) -> None:
        office.find(sought)
        expect(office.page.get_by_role("heading", level=1)).to_have_text("Dana Demo")
        assert office.clicks == 0

    def test_one_of_several_takes_one(self, office: Office) -> None:
        office.find("robin")
        office.click("two@fincred.example", "link")
        expect(office.page.get_by_role("heading", level=1)).to_have_text("Robin Two")
        assert office.clicks == 1

    def test_what_a_request_did_takes_no_click(self, office: Office, server: LiveServer) -> None:
        body = b'{"email": "demo@fincred.example", "password": "twelve-weeks-of-saving"}'
        request_id = server.post("/api/v0/auth/login", body).headers["X-Request-ID"]
        office.find(request_id)
        office.says("session opened")
        assert office.clicks == 0


class TestJobs:
    """Each begins on the person's page, which took no click, and none takes more than two."""

    def test_why_takes_none_and_the_sum_one(self, at_person: Office) -> None:
        at_person.says(re.compile("Why (Comfortable|Tight|Unrealistic):"))
        assert at_person.clicks == 0
        at_person.click(re.compile("^Plan: .*, and what changed"), "link")
        at_person.says("How that comes about")
        assert at_person.clicks == 1

    def test_what_changed_in_a_plan_takes_one(self, at_person: Office) -> None:
        at_person.click(re.compile("^Plan: .*, and what changed"), "link")
        at_person.says("Versions side by side")
        expect(at_person.page.get_by_text("changed", exact=True).first).to_be_visible()
        assert at_person.clicks == 1

    def test_a_goal_takes_two_to_cancel_and_two_to_bring_back(self, at_person: Office) -> None:
        at_person.do("Cancel Two weeks in Portugal")
        assert at_person.clicks == 2
        at_person.says("cancelled")
        at_person.do("Reopen Two weeks in Portugal")
        assert at_person.clicks == 4
        expect(at_person.page.get_by_role("button", name="Cancel Two weeks in Portugal")).to_be_visible()

    def test_what_is_in_the_way_of_signing_in_takes_none_and_its_remedy_two(self, at_person: Office) -> None:
        at_person.says("Nothing is in the way.")
        assert at_person.clicks == 0
        at_person.do("Send the mail for a new password")
        at_person.says("reset password")
        assert at_person.clicks == 2

    @pytest.mark.parametrize(("width", "mail"), [(1440, "weekly summary"), (390, "new sign-in")])
    def test_why_no_mail_came_takes_none_and_another_try_two(
        self, at_person: Office, width: int, mail: str
    ) -> None:
        self.look_again_at(at_person, width)
        at_person.says("given up: the mail server refused this mail")
        assert at_person.clicks == 0
        at_person.do(f"Try again {mail}")
        expect(at_person.page.get_by_text("1 mail is tried again.")).to_be_visible()
        assert at_person.clicks == 2

    @pytest.mark.parametrize("width", [1440, 390])
    @pytest.mark.parametrize("name", ["End this session", "End all sessions"])
    def test_a_stranger_in_the_account_takes_two(
        self, at_person: Office, server: LiveServer, name: str, width: int
    ) -> None:
        body = b'{"email": "demo@fincred.example", "password": "twelve-weeks-of-saving"}'
        server.post("/api/v0/auth/login", body)
        self.look_again_at(at_person, width)
        at_person.do(name)
        expect(at_person.page.get_by_text(re.compile("^Ended "))).to_be_visible()
        assert at_person.clicks == 2

    def test_a_phone_folds_what_has_no_buttons(self, at_person: Office) -> None:
        self.look_again_at(at_person, 390)
        for heading, is_open in (("Profile", False), ("Streak", False), ("Sessions", True), ("Mails", True)):
            section = at_person.page.locator("details.bo-fold").filter(has=at_person.page.get_by_text(heading))
            assert section.first.evaluate("it => it.open") is is_open, heading

    def test_a_streak_takes_none(self, at_person: Office) -> None:
        at_person.says("Weeks from Monday to Sunday where they live")
        assert at_person.clicks == 0

    def test_who_looked_takes_none(self, at_person: Office) -> None:
        at_person.page.reload()
        at_person.says("Sascha Support")
        assert at_person.clicks == 0

    def test_somebody_in_the_account_is_put_out_by_keyboard_alone(self, at_person: Office) -> None:
        page = at_person.page
        for name in ("End all sessions", "For the account's safety"):
            self.press_tab_to(page, name)
            with page.expect_navigation():
                page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Dana Demo")
        at_person.says("sessions ended")
        assert at_person.clicks == 0

    def look_again_at(self, at_person: Office, width: int) -> None:
        """Sections fold away on a phone when a page opens."""
        at_person.show("light", width)
        at_person.page.reload()

    def press_tab_to(self, page: Page, name: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent").strip() == name:
                return
        pytest.fail(f"no way by keyboard to {name!r}")

    def test_export_takes_two(self, browser: Browser, server: LiveServer, as_boss: Any) -> None:
        office = Office(browser, server, as_boss)
        office.open()
        office.find("demo@fincred.example")
        office.click("Export their data")
        office.clicks += 1
        with office.page.expect_download() as download:
            office.page.get_by_role("button", name="The person asked for it").click()
        assert "Portugal" in Path(download.value.path()).read_text()
        assert office.clicks == 2
        assert office.faults == []

    def test_erasure_takes_two_and_says_that_it_is_final(
        self, browser: Browser, server: LiveServer, as_boss: Any
    ) -> None:
        office = Office(browser, server, as_boss)
        office.open()
        office.find("one@fincred.example")
        office.click("Erase")
        office.says("It can't be undone.")
        office.click("The person asked for it")
        expect(office.page.get_by_text("The person is erased.")).to_be_visible()
        assert office.clicks == 2
        assert office.faults == []


class TestKeyboard:
    def test_skips_to_the_content_of_each_page_by_few_keys(self, office: Office) -> None:
        page = office.page
        for path in ("", "accounts/user/", "goals/goal/", "find/?q=demo@fincred.example"):
            office.open(path)
            if not path:  # a page may be loaded before it has its focus
                expect(page.locator("#bo-find")).to_be_focused()
            page.keyboard.press("Tab")
            for _ in range(2):
                if "Skip to" in page.evaluate("document.activeElement.textContent"):
                    break
                page.keyboard.press("Tab")
            else:
                pytest.fail(f"no skip link at the beginning of {path!r}")
            expect(page.locator("a.skip-to-content-link:focus")).to_be_in_viewport()
            page.keyboard.press("Enter")
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.closest('#content-start') !== null"), path
