"""The pages of the documentation in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from fincred.back_office.tests.browsing import browser
from fincred.tests.live import LiveServer, own_database

__all__ = ["browser"]

pytestmark = [pytest.mark.once, pytest.mark.platform, pytest.mark.slow, pytest.mark.chromium]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("documentation")
    with own_database(folder) as url, LiveServer(folder, url) as server:
        yield server


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_they_load_from_this_server_alone_and_the_console_stays_empty(
    browser: Browser, server: LiveServer, path: str
) -> None:
    page, asked, said = browser.new_page(), list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{server.url}{path}")
    expect(page.get_by_text("The dashboard").last).to_be_attached()
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []
    assert said == []
