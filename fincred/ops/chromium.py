"""A browser for commands that draw pictures of pages and mails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal

from django.core.management.base import CommandError, CommandParser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
NEEDS: Final = "Needs playwright and a Chromium."


def add_chromium_argument(parser: CommandParser) -> None:
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="its binary")


@contextmanager
def open_chromium(binary: str) -> Iterator[Browser]:
    """:raises CommandError: playwright isn't installed, or the browser doesn't start, or fails in the block."""
    try:
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415  installed where pictures are drawn
    except ModuleNotFoundError as error:
        raise CommandError(f"Pictures need playwright: {error}") from error
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        except Error as error:
            raise CommandError(f"{binary} doesn't start: {error.message.splitlines()[0]}") from error
        try:
            yield browser
        except Error as error:
            raise CommandError(error.message.splitlines()[0]) from error
        finally:
            browser.close()
