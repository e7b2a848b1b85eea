"""The fixtures of the tests in a browser, for every test of the back office."""

from __future__ import annotations

from fincred.back_office.tests.browsing import as_boss, as_support, at_person, browser, office, server

__all__ = ["as_boss", "as_support", "at_person", "browser", "office", "server"]
