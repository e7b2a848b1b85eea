"""An upgrade is rolling: the last release runs on the newest schema beside the new code, and does no damage."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from fincred.money import ZERO
from fincred.tests.live import ROOT, LiveServer, own_database
from fincred.tests.release import faults, locks, release, released_migrations, released_text, unpack
from fincred.tests.test_documentation import settings_read
from fincred.tests.test_faults import Writer, wait_for_writes, writing
from planning.serializers.snapshots import DebtSerializer
from planning.snapshot_contents import Expenses, IncomeEntry, PlannedExpense, SnapshotContents
from planning.tests.factories import contents, debt, savings
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.integration, pytest.mark.platform]

# What the rule refuses and the release survives all the same: the operation, and why.
SURVIVED: dict[str, str] = {}

# What holds up writers and is borne all the same: the migration and its object, and why.
BORNE: dict[str, str] = {}


class TestMigrations:
    @pytest.mark.history
    def test_after_the_release_leave_what_it_uses(self) -> None:
        loader = MigrationLoader(None)
        known = released_migrations()
        nodes = {node for node in loader.disk_migrations if node in known}
        assert len(nodes) > 20
        released = loader.project_state(sorted(nodes))
        found = []
        state = ProjectState()
        for node in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
            migration = loader.graph.nodes[node]
            for operation in migration.operations:
                if node not in known and node[0] in {app for app, _ in known}:
                    found += [
                        f"{node[0]}.{node[1]}: {fault}" for fault in faults(operation, node[0], state, released)
                    ]
                operation.state_forwards(node[0], state)
        assert [fault for fault in found if not any(each in fault for each in SURVIVED)] == []

    @pytest.mark.parametrize(
        ("operation", "is_refused"),
        [
            (migrations.RemoveField("thing", "name"), True),
            (migrations.DeleteModel("Thing"), True),
            (migrations.RenameField("thing", "name", "title"), True),
            (migrations.RenameModel("Thing", "Object"), True),
            (migrations.AlterModelTable("thing", "other"), True),
            (migrations.AddField("thing", "more", models.IntegerField(default=1)), True),
            (migrations.AddField("thing", "more", models.IntegerField(db_default=1)), False),
            (migrations.AddField("thing", "more", models.IntegerField(null=True)), False),
            (migrations.AlterField("thing", "name", models.CharField(max_length=10)), True),
            (migrations.AlterField("thing", "name", models.CharField(max_length=30)), False),
            (migrations.AlterField("thing", "note", models.CharField(max_length=20)), True),
            (migrations.AlterField("thing", "name", models.IntegerField()), True),
            (
                migrations.AddConstraint(
                    "thing", models.CheckConstraint(condition=~models.Q(name=""), name="thing_name_full")
                ),
                True,
            ),
            (
                migrations.AddConstraint(
                    "thing", models.CheckConstraint(condition=models.Q(newest__gt=0), name="thing_newest_positive")
                ),
                False,
            ),
            (migrations.AddConstraint("thing", models.UniqueConstraint(fields=["name"], name="thing_once")), True),
            (migrations.AddIndex("thing", models.Index(fields=["name"], name="thing_by_name")), False),
            (migrations.RemoveField("newer", "name"), False),
            (migrations.AddField("newer", "more", models.IntegerField()), False),
            (
                migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("thing", "name")]),
                False,
            ),
            (
                migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField("thing", "name")]),
                True,
            ),
        ],
        ids=range(20),
    )
    def test_are_judged_by_what_the_release_can_bear(self, operation: Operation, is_refused: bool) -> None:
        fields: dict[str, Any] = {
            "id": models.AutoField(primary_key=True),
            "name": models.CharField(max_length=20),
            "note": models.CharField(max_length=20, null=True),
        }
        released, before = ProjectState(), ProjectState()
        released.add_model(ModelState("app", "Thing", fields))
        before.add_model(ModelState("app", "Thing", fields | {"newest": models.IntegerField(null=True)}))
        before.add_model(ModelState("app", "Newer", fields))
        assert bool(faults(operation, "app", before, released)) == is_refused


def start(root: Path, compose: dict[str, Any], secrets: Path) -> str:
    """The password with which the code in `root` connects, with the environment of a compose.yaml."""
    environment = {
        name: re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", str(value)).replace("/run/secrets", str(secrets))
        for name, value in compose["x-environment"].items()
    }
    source = "from fincred.settings import DATABASES; print(DATABASES['default']['PASSWORD'])"
    started = subprocess.run(
        [sys.executable, "-c", source],
        check=True, capture_output=True, text=True, cwd=root, env={"PATH": os.environ["PATH"]} | environment,
    )  # fmt: skip
    return started.stdout.strip()


@pytest.mark.history
class TestEnvironment:
    def test_of_the_release_goes_on_beside_the_new_one_with_the_password_that_postgresql_knows(
        self, tmp_path: Path
    ) -> None:
        """deploy/ with its secrets: made by the release, taken over by this one, and back."""
        old, secrets = tmp_path / "release", tmp_path / "secrets"
        unpack(old)
        for root in (old, ROOT, old):
            subprocess.run([root / "deploy/make-secrets", secrets], check=True, capture_output=True)
            (secrets / "email_url").write_text("smtp+tls://u:p@mail.example:587")
            compose = yaml.safe_load((root / "deploy/compose.yaml").read_text())
            assert start(root, compose, secrets) == (secrets / "postgres_password").read_text()

    def test_of_deploy_has_no_setting_unknown_to_the_release_that_the_handbook_does_not_name(self) -> None:
        """In "A bad release": operators who go back to it have to know what it doesn't take."""
        known = released_text("fincred/settings.py") + released_text("gunicorn.conf.py")
        papers = [ROOT / "deploy" / name for name in ("compose.yaml", "systemd", "kubernetes")]
        files = [file for paper in papers for file in (paper, *paper.rglob("*")) if file.is_file()]
        named = {
            name.removesuffix("_FILE")
            for file in files
            for name in re.findall(r"^\s*(?:Environment=)?([A-Z][A-Z_]+)[=:]", file.read_text(), re.MULTILINE)
        }
        settings = {name for name in named if name in settings_read()}
        assert len(settings) > 10
        page = (
            (ROOT / "docs/operations.md").read_text().partition("\n### A bad release\n")[2].partition("\n## ")[0]
        )
        unknown = {name for name in settings if f'"{name}"' not in known}
        assert unknown
        assert {name for name in unknown if f"`{name}`" not in page} == set()


class TestLocks:
    """A migration may take long, but no writer waits for it: tables of the release may be large."""

    @pytest.mark.history
    @pytest.mark.postgresql
    @pytest.mark.django_db(transaction=True)  # what is made concurrently is refused within one
    def test_of_migrations_after_the_release_hold_up_nobody(self) -> None:
        loader = MigrationLoader(connection, replace_migrations=False)
        known = released_migrations()
        plan = [
            (loader.graph.nodes[node], False)
            for node in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True)
            if node not in known and node[0] in {app for app, _ in known}
        ]
        found = []
        for migration, _ in plan:
            sql = loader.collect_sql([(migration, False)])
            found += [f"{migration}: {fault}" for fault in locks(sql)]
        assert [fault for fault in found if not any(each in fault for each in BORNE)] == []

    @pytest.mark.parametrize(
        ("statement", "is_refused"),
        [
            ('ALTER TABLE "t" ADD CONSTRAINT "c" CHECK ("n" > 0)', True),
            ('ALTER TABLE "t" ADD CONSTRAINT "c" CHECK ("n" > 0) NOT VALID', False),
            ('ALTER TABLE "t" VALIDATE CONSTRAINT "c"', False),
            ('ALTER TABLE "t" ADD CONSTRAINT "c" UNIQUE ("n")', True),
            ('ALTER TABLE "t" ADD CONSTRAINT "c" UNIQUE USING INDEX "i"', False),
            ('CREATE INDEX "i" ON "t" ("n")', True),
            ('CREATE UNIQUE INDEX "i" ON "t" ("n")', True),
            ('CREATE INDEX CONCURRENTLY "i" ON "t" ("n")', False),
            ('ALTER TABLE "t" ADD COLUMN "n" integer DEFAULT 0 NOT NULL', False),
            ('ALTER TABLE "t" ADD COLUMN "n" integer GENERATED ALWAYS AS ("m" + 1) STORED', True),
            ('ALTER TABLE "t" ALTER COLUMN "n" TYPE bigint USING "n"::bigint', True),
            ('ALTER TABLE "t" ALTER COLUMN "n" TYPE varchar(60)', False),
            ('ALTER TABLE "t" ALTER COLUMN "n" SET NOT NULL', True),
        ],
        ids=range(13),
    )
    def test_are_told_by_the_statement(self, statement: str, is_refused: bool) -> None:
        assert bool(locks([statement])) == is_refused
        assert locks(['CREATE TABLE "t" ("n" integer)', statement]) == []


class TestTables:
    @pytest.mark.history
    @pytest.mark.postgresql
    @pytest.mark.django_db
    def test_that_the_release_does_not_know_let_it_delete_what_they_refer_to(self) -> None:
        loader = MigrationLoader(None)
        of_django = {app.label for app in apps.get_app_configs() if app.name.startswith("django.")}
        known = released_migrations()
        nodes = [node for node in loader.disk_migrations if node in known or node[0] in of_django]
        models_of_release = loader.project_state(sorted(nodes)).apps.get_models(include_auto_created=True)
        tables = {model._meta.db_table for model in models_of_release}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conrelid::regclass::text, confrelid::regclass::text, confdeltype IN ('c', 'n') "
                "FROM pg_constraint WHERE contype = 'f'"
            )
            keys = [(own, is_let_go) for own, other, is_let_go in cursor.fetchall() if other in tables]
        assert len(tables & {own for own, _ in keys}) > 10
        assert {own for own, is_let_go in keys if own not in tables and not is_let_go} == set()


class TestVocabulary:
    @pytest.mark.history
    @pytest.mark.parametrize(("field", "enum"), [(DebtSerializer().fields["type"], "DebtType")])
    def test_clients_send_no_word_that_the_release_cannot_read(self, field: Any, enum: str) -> None:
        """Stored in JSON, it would be a 500 there: name the word, and let clients send it a release later."""
        _, _, source = released_text("planning/vocabulary.py").partition(f"class {enum}(")
        known = set(re.findall(r'= "(\w+)"', source.partition("\nclass ")[0]))
        assert known
        assert set(field.choices) <= known


# The release reads the snapshot as it is stored, and says what it makes of it.
READ = """
import json, sys
from planning.snapshot_contents import SnapshotContents
print(json.dumps(SnapshotContents.from_json(json.load(sys.stdin)).as_json()))
"""


class TestSnapshots:
    @pytest.mark.history
    def test_with_every_field_are_read_by_the_release_and_written_back_whole(self, tmp_path: Path) -> None:
        day = date(2026, 3, 20)
        card = debt(min_payment=ZERO, min_payment_percent=Decimal("2.0000"), min_payment_floor=Decimal("25.00"))
        loan = debt(promo_rate_annual=Decimal("0.0000"), promo_until=date(2027, 3, 10))
        stored = SnapshotContents(
            incomes=(
                IncomeEntry(Decimal("1000.00"), PayFrequency.BIWEEKLY, None, day),
                IncomeEntry(Decimal("5000.00"), PayFrequency.ONCE, "Bonus", day, day),
            ),
            expenses=Expenses(
                Decimal("700.00"), planned=(PlannedExpense(Decimal("900.00"), PayFrequency.ONCE, day),)
            ),
            debts=contents(debts=(card, loan)).debts,
            savings=(savings("5.00"),),
        ).on(date(2026, 3, 10))
        code = tmp_path / "release"
        unpack(code)
        read = subprocess.run(
            [sys.executable, "-c", READ],
            input=json.dumps(stored.as_json()),
            cwd=code,
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(read.stdout) == stored.as_json()


# What the release doesn't know, such as terms that people are found by, the worker fills in.
JOBS = """
from fincred import clock
from fincred.ops.jobs import registered_jobs, run_if_due
for job in registered_jobs():
    run_if_due(job, clock=clock.now)
"""


@pytest.mark.slow
@pytest.mark.history
@pytest.mark.postgresql  # nodes of two releases share a server, never a file
class TestRelease:
    @pytest.mark.parametrize("number", [20, pytest.param(300, marks=pytest.mark.drill)])
    def test_serves_on_the_newest_schema_beside_the_new_code(self, tmp_path: Path, number: int) -> None:
        release()
        code = tmp_path / "release"
        unpack(code)
        options = ("--workers", "1")
        variables = {
            "RATE_LIMIT_ENABLED": "false",
            "LOG_LEVEL": "ERROR",
            "SECRET_KEY": "s" * 40,
            "JWT_SECRET_KEY": "j" * 40,
        }
        folders = [tmp_path / name for name in ("before", "after")]
        for folder in folders:
            folder.mkdir()
        with own_database(tmp_path) as database_url:
            old = LiveServer(folders[0], database_url, *options, **variables)
            old.root = code
            with old, LiveServer(folders[1], database_url, *options, **variables) as new:
                old.manage("seed_demo", "--users", "3")
                writers = [
                    Writer(server, f"{name}{each}")
                    for name, server in (("old", old), ("new", new))
                    for each in (1, 2)
                ]
                with writing(writers):
                    wait_for_writes(writers, number)
                # People go on at the other, as behind a balancer.
                for writer in writers:
                    writer.server = new if writer.server is old else old
                with writing(writers):
                    wait_for_writes(writers, number)
                for writer in writers:
                    assert {attempt.status for attempt in writer.attempts} == {201}
                    for path, body in (
                        ("/planning/plan", {}),
                        ("/auth/password/reset", {"email": f"{writer.name}@example.com"}),
                    ):
                        assert writer.post(path, body).status in (200, 201, 202, 400), path
                old.manage("send_due_mail")
                old.manage("purge_expired")
                new.manage("shell", "-v", "0", "-c", JOBS)
                new.manage("plan_all")
                new.manage("check_integrity")
                assert "Traceback" not in old.log.read_text()
                assert "Traceback" not in new.log.read_text()
