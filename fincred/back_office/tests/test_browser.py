"""The back office in a real browser: what holds on every page."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, expect

from fincred.back_office.tests.browsing import LENGTHY, Office
from fincred.tests.live import ROOT, LiveServer

# Once: what a browser sees doesn't depend on the database.
pytestmark = [pytest.mark.once, pytest.mark.platform, pytest.mark.slow, pytest.mark.chromium]

LISTS: Final = ("accounts/user", "accounts/auditentry", "goals/goal", "tracking/checkin")
AXE: Final = "axe-core@4.14.1"
AXE_SHA512: Final = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="


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
