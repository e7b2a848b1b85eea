"""Documents name what exists, and all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.apps import apps

from fincred.env_file import read_env_file
from fincred.tests.live import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.platform]

PACKAGES = ("fincred", "accounts", "goals", "planning", "tracking", "benchmarks")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text()


def settings_read() -> set[str]:
    return set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text("fincred/settings.py")))


class TestSettings:
    def test_the_table_for_operators_lists_every_setting_and_no_other(self) -> None:
        table = text("docs/operations.md").partition("## Settings")[2].partition("## Commands")[0]
        names = {
            name
            for row in re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE)
            for name in re.findall(r"\w+", row)
        }
        assert names == settings_read()

    def test_the_example_names_settings_only(self) -> None:
        names = set(re.findall(r"^([A-Z_]+)=", text(".env.example"), re.MULTILINE))
        assert names <= settings_read() | {"POSTGRES_PASSWORD"}
        assert read_env_file(ROOT / ".env.example").faults == []


class TestCommands:
    def test_the_table_for_operators_lists_every_command_and_no_other(self) -> None:
        table = text("docs/operations.md").partition("## Commands")[2].partition("## Health")[0]
        named = {
            name
            for row in re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE)
            for name in re.findall(r"\w+", row)
        }
        commands = {path.stem for path in ROOT.glob("[a-z]*/**/management/commands/[a-z]*.py")}
        assert named == commands | {"migrate"}


class TestContainers:
    def test_the_image_holds_every_package_that_runs(self) -> None:
        packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks"}
        taken = {line.removeprefix("!") for line in text(".dockerignore").splitlines() if line.startswith("!")}
        assert packages <= taken

    def test_every_service_of_ours_runs_without_rights(self) -> None:
        services = yaml.safe_load(text("compose.yaml"))["services"]
        ours = {name: service for name, service in services.items() if "build" in service}
        assert ours.keys() == {"web", "work", "migrate"}
        assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in ours.values())
        assert re.findall(r"^USER (\w+)$", text("Dockerfile"), re.MULTILINE) == ["fincred"]


class TestDocuments:
    @pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
    def test_links_lead_somewhere(self, document: Path) -> None:
        targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text())
        assert [target for target in targets if not (document.parent / target).exists()] == []

    @pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
    def test_modules_that_they_name_exist(self, document: Path) -> None:
        named = re.findall(rf"`((?:{'|'.join(PACKAGES)})/[a-z_/]+\.py)`", document.read_text())
        assert [module for module in named if not (ROOT / module).exists()] == []

    def test_the_table_of_packages_names_every_table_and_no_other(self) -> None:
        table = text("docs/architecture.md").partition("## The packages")[2].partition("Imports point")[0]
        kept = {model.__name__ for model in apps.get_models() if model.__module__.startswith(PACKAGES)}
        assert set(re.findall(r"`([A-Z]\w+)`", table)) == kept

    def test_the_readme_is_read_in_a_few_minutes(self) -> None:
        assert len(text("README.md").splitlines()) <= 130

    def test_every_decision_is_in_the_index(self) -> None:
        index = text("docs/decisions/README.md")
        assert [path.name for path in ROOT.glob("docs/decisions/0*.md") if f"({path.name})" not in index] == []
